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
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether a job should stop: because it was abandoned, because the worker shuts down,
 * because it was cancelled, or because it cannot meet its deadline; the first of these that holds
 * decides. The only place that answers this; one method for each moment at which it matters. Any
 * number of threads.
 */
public final class JobTermination {
  private static final TerminationDecision ABANDON = new TerminationDecision.Abandon();
  private static final TerminationDecision CONTINUE = new TerminationDecision.Continue();

  private final CancellationRegistry cancellations;
  private final ThroughputEstimator<BatchKey> throughput;
  private final ShutdownState shutdown;
  private final Clock clock;

  public JobTermination(
      CancellationRegistry cancellations,
      ThroughputEstimator<BatchKey> throughput,
      ShutdownState shutdown,
      Clock clock) {
    this.cancellations = cancellations;
    this.throughput = throughput;
    this.shutdown = shutdown;
    this.clock = clock;
  }

  /**
   * Before the attempt is counted. The deadline counts as missed if the estimated duration exceeds
   * the time that is left. A shutdown does not matter here: the queue is closed, and only cancelled
   * jobs come this way, to be finished.
   */
  public TerminationDecision beforeStart(JobExecution execution) {
    return execution.isAbandonRequested()
        ? ABANDON
        : finishOrContinue(execution, estimatedDuration(execution));
  }

  /** Before the batch runs: a worker that shuts down runs no further batch. */
  public TerminationDecision beforeRun(JobExecution execution) {
    return execution.isAbandonRequested() || shutdown.isStarted()
        ? ABANDON
        : finishOrContinue(execution, Duration.ZERO);
  }

  /**
   * Between two steps.
   *
   * @param remaining how long the batch still needs: a shutdown abandons it only if it would not
   *     finish in time
   */
  public TerminationDecision duringRun(JobExecution execution, Duration remaining) {
    return execution.isAbandonRequested() || shutdown.exceedsGrace(remaining)
        ? ABANDON
        : finishOrContinue(execution, Duration.ZERO);
  }

  private Duration estimatedDuration(JobExecution execution) {
    double seconds =
        throughput
            .estimateSeconds(execution.batchKey(), execution.generationParams().workImages())
            .orElse(0);
    return Duration.ofNanos((long) (seconds * 1e9));
  }

  private TerminationDecision finishOrContinue(JobExecution execution, Duration needed) {
    Job job = execution.job();
    Optional<Cancellation> cancellation =
        execution.cancellation().or(() -> cancellations.find(job.id()));
    if (cancellation.isPresent()) {
      return new TerminationDecision.Finish(
          cancelled(job, execution.attemptCount(), cancellation.get()));
    }
    if (job.deadline().equals(Job.NO_DEADLINE)) {
      return CONTINUE;
    }
    Instant now = clock.instant();
    return now.plus(needed).isAfter(job.deadline())
        ? new TerminationDecision.Finish(
            deadlineExceeded(job, execution.attemptCount(), needed, now))
        : CONTINUE;
  }

  private static JobOutcome cancelled(Job job, int attemptCount, Cancellation cancellation) {
    return new Cancelled(
        job.id(), cancellation.reason(), attemptCount, job.metadata(), job.callbackUrl());
  }

  private static Failed deadlineExceeded(Job job, int attemptCount, Duration needed, Instant now) {
    String message =
        needed.isZero() || now.isAfter(job.deadline())
            ? "the deadline %s had passed at %s".formatted(job.deadline(), now)
            : String.format(
                Locale.ROOT,
                "at %s it would have taken %.1f s more, past the deadline %s",
                now,
                needed.toMillis() / 1000.0,
                job.deadline());
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.DEADLINE_EXCEEDED, message),
        attemptCount,
        job.metadata(),
        job.callbackUrl());
  }
}
