/** Tests of {@code dev.sanaq.kubernetes}. */
@NullMarked
package dev.sanaq.kubernetes;

import org.jspecify.annotations.NullMarked;
