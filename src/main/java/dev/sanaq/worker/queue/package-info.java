/** The queue of accepted jobs, in the order of priorities, and the jobs that run. */
@NullMarked
package dev.sanaq.worker.queue;

import org.jspecify.annotations.NullMarked;
