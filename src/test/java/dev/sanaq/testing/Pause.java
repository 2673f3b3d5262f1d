package dev.sanaq.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Sleeps for tests in which time itself is the subject: how long a fault lasts, or the rate of a
 * load. Use {@link Eventually} to wait for a condition.
 */
public final class Pause {
  private Pause() {}

  /**
   * Sleeps for a time.
   *
   * @throws IllegalStateException if the thread is interrupted
   */
  public static void of(Duration time) {
    untilNanoTime(System.nanoTime() + time.toNanos());
  }

  /**
   * Sleeps until {@link System#nanoTime} reaches a value, so that a fixed rate does not drift.
   *
   * @throws IllegalStateException if the thread is interrupted
   */
  public static void untilNanoTime(long due) {
    for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new IllegalStateException("interrupted");
      }
    }
  }
}
