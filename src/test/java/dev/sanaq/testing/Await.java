package dev.sanaq.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what other processes do. */
public final class Await {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

  private Await() {}

  /** Returns once the condition holds. */
  public static void until(Duration patience, String what, BooleanSupplier condition) {
    until(patience, () -> what, condition);
  }

  /**
   * Returns once the condition holds.
   *
   * @param what what was waited for and what is there instead, asked when the time is over
   * @throws AssertionError where it does not in time
   */
  public static void until(Duration patience, Supplier<String> what, BooleanSupplier condition) {
    long until = System.nanoTime() + patience.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - until > 0) {
        throw new AssertionError("not within %s: %s".formatted(patience, what.get()));
      }
      pause(POLL_INTERVAL);
    }
  }

  /** Lets time pass where time itself is the point: how long a fault lasts. */
  public static void pause(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new IllegalStateException("interrupted");
      }
    }
  }
}
