/** Ends jobs: stores images, publishes events and commits offsets in one transaction. */
@NullMarked
package dev.sanaq.worker.finish;

import org.jspecify.annotations.NullMarked;
