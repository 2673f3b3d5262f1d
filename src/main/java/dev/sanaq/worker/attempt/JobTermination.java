package dev.sanaq.worker.attempt;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.kafka.request.Cancellation;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Knows which jobs nobody waits for any more: taken back, or too late. Any number of threads. */
public final class JobTermination {
  private final CancellationRegistry cancellations;
  private final ThroughputEstimator<BatchKey> throughput;
  private final Clock clock;

  public JobTermination(
      CancellationRegistry board, ThroughputEstimator<BatchKey> rates, Clock clock) {
    this.cancellations = board;
    this.throughput = rates;
    this.clock = clock;
  }

  /**
   * How a job ends that should not be begun, or not be gone on with.
   *
   * @param tries how often it was begun; 0 before the first time
   */
  public Optional<JobOutcome> outcomeIfUnneeded(JobExecution ticket, int tries) {
    Job job = ticket.job();
    Optional<Cancellation> cancellation = cancellations.find(job.id());
    if (cancellation.isPresent()) {
      return Optional.of(
          new Cancelled(
              job.id(), cancellation.get().reason(), tries, job.metadata(), job.callbackUrl()));
    }
    if (job.deadline().equals(Job.NO_DEADLINE)) {
      return Optional.empty();
    }
    // Under way, its own steps tell how long it takes; before, the rate does.
    Duration needed = tries > 0 ? Duration.ZERO : estimateDuration(ticket.batchKey(), job.count());
    Instant now = clock.instant();
    return now.plus(needed).isAfter(job.deadline())
        ? Optional.of(deadlineExceeded(job, tries, needed, now))
        : Optional.empty();
  }

  private Duration estimateDuration(BatchKey batchKey, int images) {
    return Duration.ofNanos((long) (throughput.estimateSeconds(batchKey, images).orElse(0) * 1e9));
  }

  private static Failed deadlineExceeded(Job job, int tries, Duration needed, Instant now) {
    String message =
        needed.isZero() || now.isAfter(job.deadline())
            ? "the deadline %s had passed at %s".formatted(job.deadline(), now)
            : "at %s it would have taken %.1f s more, past the deadline %s"
                .formatted(now, needed.toMillis() / 1000.0, job.deadline());
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.DEADLINE_EXCEEDED, message),
        tries,
        job.metadata(),
        job.callbackUrl());
  }
}
