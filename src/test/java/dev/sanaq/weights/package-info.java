/** Tests of {@code dev.sanaq.weights}. */
@NullMarked
package dev.sanaq.weights;

import org.jspecify.annotations.NullMarked;
