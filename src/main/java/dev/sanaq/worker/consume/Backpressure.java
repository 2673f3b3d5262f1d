package dev.sanaq.worker.consume;

import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.queue.WorkerJobs;

/**
 * Decides when the worker reads no more records: during shutdown, while S3 calls fail or the broker
 * completes no transactions, and while the queue or the pending results are full. A result that
 * alone cannot be published does not stop the reading. The polling thread.
 */
public final class Backpressure {
  private final WorkerJobs jobs;
  private final StorageRetry storageRetry;
  private final ResultPublisher resultPublisher;
  private final ShutdownState shutdown;

  public Backpressure(
      WorkerJobs jobs,
      StorageRetry storageRetry,
      ResultPublisher resultPublisher,
      ShutdownState shutdown) {
    this.jobs = jobs;
    this.storageRetry = storageRetry;
    this.resultPublisher = resultPublisher;
    this.shutdown = shutdown;
  }

  boolean isActive() {
    return shutdown.isStarted()
        || storageRetry.isRetrying()
        || resultPublisher.isBlocked()
        || jobs.isQueueFull();
  }
}
