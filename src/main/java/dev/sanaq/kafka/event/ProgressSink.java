package dev.sanaq.kafka.event;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * Takes started and progress events, which are sent at most once and outside of transactions, so
 * that read_committed consumers see them immediately. Any number of threads.
 */
@FunctionalInterface
public interface ProgressSink {
  /** The result of a send that is already over. */
  Future<?> DONE = CompletableFuture.completedFuture(null);

  /**
   * Sends an event without blocking. An event that cannot be sent is logged and dropped, so that it
   * never fails a job.
   *
   * @return done when the event is acknowledged or dropped; never fails
   */
  Future<?> send(CloudEvent event);
}
