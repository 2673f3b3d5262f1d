/** Metrics, traces and log context of jobs. */
@NullMarked
package dev.sanaq.worker.observe;

import org.jspecify.annotations.NullMarked;
