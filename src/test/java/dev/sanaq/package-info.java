/** Tests of the whole. */
@NullMarked
package dev.sanaq;

import org.jspecify.annotations.NullMarked;
