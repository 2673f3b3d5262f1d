@NullMarked
package dev.sanaq.train.transformer;

import org.jspecify.annotations.NullMarked;
