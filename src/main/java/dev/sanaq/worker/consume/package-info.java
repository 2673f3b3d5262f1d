/** Consumes requests and cancellations, with back-pressure by pausing partitions. */
@NullMarked
package dev.sanaq.worker.consume;

import org.jspecify.annotations.NullMarked;
