package dev.sanaq.worker.attempt;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.worker.queue.JobExecution;
import org.jboss.logging.Logger;

/**
 * Stores how a job ended before its terminal event is published, with the attempt of the record. A
 * worker that reads the record again, after a crash or because the group's offsets were lost,
 * repeats that end and does not run the job. A completed job has its stored result, and an id
 * conflict follows from it: neither is stored here. Any number of threads.
 */
public final class OutcomeRecorder {
  private static final Logger LOG = Logger.getLogger(OutcomeRecorder.class);

  private final AttemptCounter attempts;
  private final StorageRetry storageRetry;

  public OutcomeRecorder(AttemptCounter attempts, StorageRetry storageRetry) {
    this.attempts = attempts;
    this.storageRetry = storageRetry;
  }

  /**
   * Stores the outcome, with retries; blocks. If S3 refuses this one write, the event is published
   * without.
   *
   * @throws StorageOutageException if S3 is unavailable
   * @throws RetryAbortedException if the job was abandoned
   */
  public void record(JobExecution execution, JobOutcome outcome) {
    if (!isStoredHere(outcome)) {
      return;
    }
    try {
      Runnable write = attempts.outcomeWrite(execution, outcome);
      storageRetry.call(
          () -> {
            write.run();
            return true;
          },
          execution::isAbandonRequested);
    } catch (StorageException e) {
      LOG.warnf(
          "job %s: its end is not stored, so it may run again if the group's offsets are lost: %s",
          outcome.id(), e.getMessage());
    }
  }

  private static boolean isStoredHere(JobOutcome outcome) {
    return !(outcome instanceof Completed)
        && !(outcome instanceof Failed failed && failed.error().code() == ErrorCode.ID_CONFLICT);
  }
}
