@NullMarked
package dev.sanaq.image.encode;

import org.jspecify.annotations.NullMarked;
