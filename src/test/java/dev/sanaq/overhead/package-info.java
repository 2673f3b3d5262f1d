/**
 * Throughput and latency of the service without the model: jobs per second and the time from record
 * to event, compared with a plain Python worker under the same load; see
 * load-tests/overhead/README.md.
 */
@NullMarked
package dev.sanaq.overhead;

import org.jspecify.annotations.NullMarked;
