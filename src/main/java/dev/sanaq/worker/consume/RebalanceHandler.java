package dev.sanaq.worker.consume;

import dev.sanaq.retry.Pause;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.finish.PartitionTrackers;
import dev.sanaq.worker.finish.ResultPublisher;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.WorkerJobs;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/**
 * Ends the jobs of partitions before these go to another worker: queued jobs are dropped, active
 * ones are awaited for a bounded time and then abandoned, results are published. The polling
 * thread.
 */
public final class RebalanceHandler implements ConsumerRebalanceListener {
  private static final Duration PUBLISH_INTERVAL = Duration.ofMillis(3);
  private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(20);

  private final WorkerJobs jobs;
  private final PartitionTrackers trackers;
  private final ResultPublisher resultPublisher;
  private final StorageRetry storageRetry;
  private final ShutdownState shutdown;
  private final Duration revokeTimeout;
  private boolean closed;

  /**
   * @param revokeTimeout how long a revoked partition waits for its active jobs
   */
  public RebalanceHandler(
      WorkerJobs jobs,
      PartitionTrackers trackers,
      ResultPublisher resultPublisher,
      StorageRetry storageRetry,
      ShutdownState shutdown,
      Duration revokeTimeout) {
    this.jobs = jobs;
    this.trackers = trackers;
    this.resultPublisher = resultPublisher;
    this.storageRetry = storageRetry;
    this.shutdown = shutdown;
    this.revokeTimeout = revokeTimeout;
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // A tracker reads the committed offset when the first record of its partition is polled.
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    // A partition without a tracker has no jobs, or they are abandoned already.
    if (closed || Collections.disjoint(partitions, trackers.tracked())) {
      return;
    }
    Predicate<JobExecution> revoked = execution -> partitions.contains(execution.partition());
    jobs.abandonWaiting(revoked);
    awaitFinished(revoked, storageRetry.outageReason().isPresent() ? Duration.ZERO : revokeTimeout);
    jobs.abandon(revoked);
    resultPublisher.flush();
    trackers.stopTracking(partitions);
    resultPublisher.onRevoked();
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    Predicate<JobExecution> lost = execution -> partitions.contains(execution.partition());
    jobs.abandon(lost);
    trackers.stopTracking(partitions);
    resultPublisher.onRevoked();
  }

  /** All partitions are lost: their jobs are abandoned, their results are not published. */
  void loseAll() {
    jobs.abandon(execution -> true);
    trackers.stopTracking(trackers.tracked());
    resultPublisher.onRevoked();
  }

  /** Abandons all jobs and awaits them, before the worker leaves the group. */
  void abandonAll() {
    jobs.abandon(execution -> true);
    awaitFinished(execution -> true, LEAVE_TIMEOUT);
    resultPublisher.flush();
  }

  /** From now on revoked partitions are ignored: the loop has ended. */
  void close() {
    closed = true;
    jobs.abandon(execution -> true);
  }

  private void awaitFinished(Predicate<JobExecution> condition, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (jobs.hasActive(condition) && System.nanoTime() - deadline < 0 && !shutdown.isForced()) {
      resultPublisher.publish();
      Pause.sleep(PUBLISH_INTERVAL);
    }
  }
}
