package dev.sanaq.worker.attempt;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.Attempt;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.queue.JobExecution;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a job starts: it may have a stored result, be cancelled, or have crashed its
 * workers before. Counts the attempt in S3 before the work starts. Any number of threads.
 */
public final class AttemptGate {
  private final ResultStore store;
  private final StorageRetry storageRetry;
  private final JobTermination termination;
  private final AttemptCounter attempts;
  private final UploadUrlGuard uploadUrls;

  public AttemptGate(
      ResultStore store,
      StorageRetry storageRetry,
      JobTermination termination,
      AttemptCounter attempts,
      UploadUrlGuard uploadUrls) {
    this.store = store;
    this.storageRetry = storageRetry;
    this.termination = termination;
    this.attempts = attempts;
    this.uploadUrls = uploadUrls;
  }

  /**
   * Decides, with retries; blocks.
   *
   * @throws StorageException if a call failed although S3 is available
   * @throws StorageOutageException if S3 is unavailable
   * @throws RetryAbortedException if the job was abandoned
   */
  public StartDecision tryStart(JobExecution execution) {
    if (execution.isAbandonRequested()) {
      throw new RetryAbortedException();
    }
    attempts.tryReleasePending();
    // startedAt is the idempotency key: it identifies our own write if the response was lost.
    Attempt attempt = attempts.newAttempt(execution);
    try {
      return storageRetry.call(() -> decide(execution, attempt), execution::isAbandonRequested);
    } catch (RetryAbortedException | StorageOutageException e) {
      // The attempt may have been stored, and only the response was lost.
      attempts.releaseLater(execution.job().id(), attempt);
      throw e;
    }
  }

  private StartDecision decide(JobExecution execution, Attempt attempt) {
    Job job = execution.job();
    TerminationDecision decision = termination.beforeStart(execution);
    if (decision instanceof TerminationDecision.Abandon) {
      throw new RetryAbortedException();
    }
    if (decision instanceof TerminationDecision.Finish finish) {
      return storedOutcome(execution, Optional.empty())
          .orElseGet(() -> new StartDecision.Finish(finish.outcome(), false));
    }
    Optional<Failed> refusal = uploadUrls.refusal(job);
    if (refusal.isPresent()) {
      return storedOutcome(execution, Optional.empty())
          .orElseGet(() -> new StartDecision.Finish(refusal.get(), false));
    }
    return attempts.tryCountFirst(job, attempt)
        ? new StartDecision.Start(attempt, 1)
        : storedOutcome(execution, Optional.of(attempt)).orElseThrow();
  }

  /**
   * What S3 knows of the job: its result, then the end of this record, then another request's
   * result.
   *
   * @param attempt counted if S3 knows no outcome
   */
  private Optional<StartDecision> storedOutcome(JobExecution execution, Optional<Attempt> attempt) {
    Job job = execution.job();
    Optional<Completed> result = store.find(job.id());
    if (result.filter(stored -> stored.fingerprint().equals(job.fingerprint())).isPresent()) {
      return result.map(stored -> new StartDecision.Finish(stored, true));
    }
    List<Attempt> all = attempts.list(job);
    Optional<JobOutcome> outcome =
        AttemptCounter.findOutcome(execution, all)
            .or(() -> result.map(stored -> resultOrConflict(job, stored)));
    return outcome.isPresent()
        ? outcome.map(known -> new StartDecision.Finish(known, true))
        : attempt.map(next -> attempts.countRepeat(execution, next, all));
  }

  /** The stored result if it is of the same request, else the failure that names the conflict. */
  public static JobOutcome resultOrConflict(Job job, Completed stored) {
    if (stored.fingerprint().equals(job.fingerprint())) {
      return stored;
    }
    String message =
        "id %s belongs to another request, completed at %s; send this request with its own id"
            .formatted(job.id(), stored.completedAt());
    return new Failed(
        job.id(),
        JobError.of(ErrorCode.ID_CONFLICT, message),
        0,
        job.metadata(),
        job.callbackUrl());
  }
}
