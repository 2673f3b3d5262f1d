/** A gateway with many open event streams and many requests. */
@NullMarked
package dev.sanaq.watchers;

import org.jspecify.annotations.NullMarked;
