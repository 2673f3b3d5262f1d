/** Helpers that several tests share. */
@NullMarked
package dev.sanaq.testing;

import org.jspecify.annotations.NullMarked;
