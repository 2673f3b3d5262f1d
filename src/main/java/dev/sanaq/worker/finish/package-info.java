/** Finishes jobs: stores images, publishes results and commits offsets in one transaction. */
@NullMarked
package dev.sanaq.worker.finish;

import org.jspecify.annotations.NullMarked;
