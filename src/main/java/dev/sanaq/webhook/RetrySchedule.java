package dev.sanaq.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/**
 * The times of a failed delivery's retries: ten attempts over three days. The delays are a table,
 * not exponential, and jitter lengthens them, so that a receiver's {@code Retry-After} is a lower
 * bound. Any number of threads.
 */
public final class RetrySchedule {
  static final List<Duration> BACKOFFS =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10),
          Duration.ofHours(14),
          Duration.ofHours(20),
          Duration.ofHours(24));

  private static final Duration MAX_RETRY_AFTER = Duration.ofHours(24);
  private static final double MAX_JITTER = 0.2;

  private final DoubleSupplier random;

  /**
   * @param random 0 up to 1: jitter lengthens a delay by up to a fifth, so that deliveries that
   *     failed together are not retried together
   */
  public RetrySchedule(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * The time of the next attempt; empty after the last one.
   *
   * @param attempts attempts so far, at least 1
   * @param retryAfter the receiver's {@code Retry-After}, used up to a day; zero for none
   */
  Optional<Instant> next(int attempts, Instant now, Duration retryAfter) {
    if (attempts > BACKOFFS.size()) {
      return Optional.empty();
    }
    Duration backoff = BACKOFFS.get(attempts - 1);
    double jitter = 1 + MAX_JITTER * random.getAsDouble();
    Instant scheduled = now.plusMillis((long) (backoff.toMillis() * jitter));
    Duration minimum = retryAfter.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : retryAfter;
    Instant earliest = now.plus(minimum);
    return Optional.of(earliest.isAfter(scheduled) ? earliest : scheduled);
  }
}
