package dev.sanaq.webhook;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleSupplier;

/** When a delivery that failed is tried again: ten attempts over three days. */
final class RetrySchedule {
  static final List<Duration> PAUSES =
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

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final double JITTER = 0.2;

  private final DoubleSupplier random;

  /**
   * @param random from 0 up to 1: pauses differ by up to a fifth, so that what failed together does
   *     not come back together
   */
  RetrySchedule(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * The time of the next attempt; none where that was the last.
   *
   * @param attempts made so far, at least 1
   * @param retryAfter what the receiver asked for; heard up to a day
   */
  Optional<Instant> next(int attempts, Instant now, Duration retryAfter) {
    if (attempts > PAUSES.size()) {
      return Optional.empty();
    }
    Duration pause = PAUSES.get(attempts - 1);
    double jitter = 1 + JITTER * random.getAsDouble();
    Instant scheduled = now.plusMillis((long) (pause.toMillis() * jitter));
    Duration asked = retryAfter.compareTo(LONGEST) > 0 ? LONGEST : retryAfter;
    Instant allowed = now.plus(asked);
    return Optional.of(allowed.isAfter(scheduled) ? allowed : scheduled);
  }
}
