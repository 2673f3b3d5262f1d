/** Tests of the web page in a real browser; {@code ./mvnw test -Pbrowser} runs them. */
@NullMarked
package dev.sanaq.playground;

import org.jspecify.annotations.NullMarked;
