/** Images for tests, and how to read what PNG files say of themselves. */
@NullMarked
package dev.sanaq.testing.image;

import org.jspecify.annotations.NullMarked;
