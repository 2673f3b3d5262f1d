package dev.sanaq.storage.result;

import java.time.Instant;

/**
 * An attempt to run a job, stored until the outcome of the job is published.
 *
 * @param number from 1
 * @param worker the worker that started it
 * @param startedAt the start time
 * @param source the request's record, {@code topic-partition@offset}: attempts count per record, so
 *     a request that is sent again starts from 1
 */
public record Attempt(int number, String worker, Instant startedAt, String source) {
  /** Whether both are the same attempt, ignoring the number. */
  public boolean isSameAttempt(Attempt other) {
    return worker.equals(other.worker)
        && startedAt.equals(other.startedAt)
        && source.equals(other.source);
  }
}
