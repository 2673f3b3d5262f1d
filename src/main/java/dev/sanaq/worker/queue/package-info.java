/** The jobs of a worker: one execution each, the priority queue, and the active ones. */
@NullMarked
package dev.sanaq.worker.queue;

import org.jspecify.annotations.NullMarked;
