package dev.sanaq.storage.result;

import java.time.Instant;

/**
 * A job's beginning, as it is kept on the storage until the job's end is known.
 *
 * @param number 1 for the first
 * @param worker who began
 * @param startedAt when
 * @param source the request's record, {@code topic-partition@offset}: a request sent again counts
 *     anew
 */
public record Attempt(int number, String worker, Instant startedAt, String source) {
  /** Whether both tell of one beginning, under whichever number it was written. */
  public boolean isSameAttempt(Attempt other) {
    return worker.equals(other.worker)
        && startedAt.equals(other.startedAt)
        && source.equals(other.source);
  }
}
