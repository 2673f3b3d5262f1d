/** Collections that the JDK lacks. Plain Java. */
@NullMarked
package dev.sanaq.collection;

import org.jspecify.annotations.NullMarked;
