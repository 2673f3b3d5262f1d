package dev.sanaq.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** When a delivery that failed is tried again: ten attempts over three days. */
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
   * @param random from 0 up to 1: pauses differ by up to a fifth, so that what failed together does
   *     not come back together
   */
  public RetrySchedule(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * The time of the next attempt; none where that was the last.
   *
   * @param attempts made so far, at least 1
   * @param retryAfter what the receiver asked for; heard up to a day
   */
  Optional<Instant> next(int attempts, Instant now, Duration retryAfter) {
    if (attempts > BACKOFFS.size()) {
      return Optional.empty();
    }
    Duration pause = BACKOFFS.get(attempts - 1);
    double jitter = 1 + MAX_JITTER * random.getAsDouble();
    Instant scheduled = now.plusMillis((long) (pause.toMillis() * jitter));
    Duration asked = retryAfter.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : retryAfter;
    Instant allowed = now.plus(asked);
    return Optional.of(allowed.isAfter(scheduled) ? allowed : scheduled);
  }
}
