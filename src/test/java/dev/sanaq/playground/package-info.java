/** The page in a real browser, as its users see it. {@code ./mvnw test -Pbrowser} runs these. */
@NullMarked
package dev.sanaq.playground;

import org.jspecify.annotations.NullMarked;
