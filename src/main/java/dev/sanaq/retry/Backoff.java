package dev.sanaq.retry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Exponential backoff with jitter: the one rule by which this program retries. Every retry loop
 * either runs through {@link #call} or takes its pauses from {@link #delay}. The page
 * "timeouts-and-retries" lists them all. Immutable; any number of threads.
 *
 * <p>Own code rather than a retry library: a delay ends as soon as the caller's result is not
 * wanted any more, and loops that must not block take only their delays from the same rule.
 *
 * @param initial the delay before the first retry
 * @param cap the longest delay; delays double up to it
 * @param jitter the share of a delay, 0 to 1, that is random, so that clients that failed together
 *     do not retry together: a delay is between {@code (1 - jitter) * d} and {@code d}
 * @param deadline how long to retry after the first failure; {@link #FOREVER} for no limit
 * @param retryable which errors are retried; others are thrown at once
 */
public record Backoff(
    Duration initial,
    Duration cap,
    double jitter,
    Duration deadline,
    Predicate<RuntimeException> retryable) {
  /** No deadline. */
  public static final Duration FOREVER = Duration.ofDays(10_000);

  private static final double DEFAULT_JITTER = 0.5;
  private static final int MAX_DOUBLINGS = 20;
  private static final long ABORT_CHECK_MILLIS = 20;

  /** Doubling delays with 50 % jitter, without a deadline, for every error. */
  public static Backoff exponential(Duration initial, Duration cap) {
    return new Backoff(initial, cap, DEFAULT_JITTER, FOREVER, error -> true);
  }

  /** The same delay each time, without jitter or deadline, for every error. */
  public static Backoff constant(Duration delay) {
    return new Backoff(delay, delay, 0, FOREVER, error -> true);
  }

  /** This, with another jitter. */
  public Backoff withJitter(double share) {
    return new Backoff(initial, cap, share, deadline, retryable);
  }

  /** This, with a deadline after the first failure. */
  public Backoff withDeadline(Duration limit) {
    return new Backoff(initial, cap, jitter, limit, retryable);
  }

  /** This, for some errors only; others are thrown at once. */
  public Backoff retryIf(Predicate<RuntimeException> condition) {
    return new Backoff(initial, cap, jitter, deadline, condition);
  }

  /**
   * The delay before a retry.
   *
   * @param retry 1 for the first
   */
  public Duration delay(int retry) {
    return delay(retry, ThreadLocalRandom.current()::nextDouble);
  }

  Duration delay(int retry, DoubleSupplier random) {
    long full = initial.toNanos() << Math.min(retry - 1, MAX_DOUBLINGS);
    long capped = full <= 0 ? cap.toNanos() : Math.min(full, cap.toNanos());
    return Duration.ofNanos((long) (capped * (1 - jitter * random.getAsDouble())));
  }

  /**
   * Calls until it works, until an error is not retryable or until the deadline has passed; then
   * the last error is thrown. Blocks; delays count towards the deadline.
   *
   * @param aborted checked during delays: whether the result is no longer wanted
   * @param listener called before each delay
   * @throws RetryAbortedException if the result is no longer wanted, or the thread is interrupted
   */
  public <T> T call(Supplier<T> work, BooleanSupplier aborted, Listener listener) {
    try {
      return work.get();
    } catch (RuntimeException e) {
      return retry(e, work, aborted, listener);
    }
  }

  /**
   * The same, for a call that has just failed for the first time.
   *
   * @param first the error of the first call
   * @see #call
   */
  public <T> T retry(
      RuntimeException first, Supplier<T> work, BooleanSupplier aborted, Listener listener) {
    long start = System.nanoTime();
    RuntimeException last = first;
    for (int retry = 1; ; retry++) {
      if (!retryable.test(last) || System.nanoTime() - start >= deadline.toNanos()) {
        throw last;
      }
      Duration delay = delay(retry);
      listener.retrying(retry, delay, last);
      sleep(delay, aborted);
      try {
        return work.get();
      } catch (RuntimeException e) {
        last = e;
      }
    }
  }

  /**
   * Waits; checks every 20 ms whether the result is still wanted.
   *
   * @param aborted whether the result is no longer wanted
   * @throws RetryAbortedException if the result is no longer wanted, or the thread is interrupted
   */
  public static void sleep(Duration delay, BooleanSupplier aborted) {
    long until = System.nanoTime() + delay.toNanos();
    for (long left = delay.toNanos(); left > 0; left = until - System.nanoTime()) {
      if (aborted.getAsBoolean()) {
        throw new RetryAbortedException();
      }
      try {
        Thread.sleep(Math.min(ABORT_CHECK_MILLIS, left / 1_000_000 + 1));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetryAbortedException();
      }
    }
  }

  /** Observes retries, for logs and metrics. */
  @FunctionalInterface
  public interface Listener {
    /**
     * A call has failed and will be retried after the delay.
     *
     * @param retry 1 for the first
     */
    void retrying(int retry, Duration delay, RuntimeException error);
  }
}
