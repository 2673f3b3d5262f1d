package dev.sanaq.storage.result;

import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.JobOutcome.Failed;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An attempt to run a job, and how it ended if the job failed or was cancelled: should the record
 * be read again, its end is repeated. A job that ended before it started has an attempt for its end
 * alone.
 *
 * @param number from 1
 * @param worker the worker that started it
 * @param startedAt the start time
 * @param source the request's record, {@code topic-partition@offset#hash}: attempts count per
 *     record, so a request that is sent again starts from 1
 * @param failed the end of a failed job
 * @param cancelled the end of a cancelled job
 */
public record Attempt(
    int number,
    String worker,
    Instant startedAt,
    String source,
    @Nullable Failed failed,
    @Nullable Cancelled cancelled) {
  /** An attempt that has not ended, or that ended with a stored result. */
  public Attempt(int number, String worker, Instant startedAt, String source) {
    this(number, worker, startedAt, source, null, null);
  }

  /** Whether both are the same attempt, ignoring number and outcome. */
  public boolean isSameAttempt(Attempt other) {
    return worker.equals(other.worker)
        && startedAt.equals(other.startedAt)
        && source.equals(other.source);
  }

  /** How the job ended; empty if it did not, or if it has a stored result. */
  public Optional<JobOutcome> outcome() {
    return failed != null ? Optional.of(failed) : Optional.ofNullable(cancelled);
  }

  /** This attempt with another number. */
  Attempt withNumber(int newNumber) {
    return new Attempt(newNumber, worker, startedAt, source, failed, cancelled);
  }

  /**
   * This attempt with the end of its job.
   *
   * @param outcome failed or cancelled; a completed job has a stored result instead
   */
  public Attempt withOutcome(JobOutcome outcome) {
    return new Attempt(
        number,
        worker,
        startedAt,
        source,
        outcome instanceof Failed f ? f : null,
        outcome instanceof Cancelled c ? c : null);
  }
}
