/** Consumes requests and cancellations; backpressure pauses partitions. */
@NullMarked
package dev.sanaq.worker.consume;

import org.jspecify.annotations.NullMarked;
