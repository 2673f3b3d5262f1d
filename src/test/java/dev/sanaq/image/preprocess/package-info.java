@NullMarked
package dev.sanaq.image.preprocess;

import org.jspecify.annotations.NullMarked;
