package dev.sanaq.storage;

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
public record Attempt(int number, String worker, Instant startedAt, String source) {}
