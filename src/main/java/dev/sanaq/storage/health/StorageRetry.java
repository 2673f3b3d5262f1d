package dev.sanaq.storage.health;

import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Every call to the storage goes through here. One that fails is tried again with growing pauses,
 * for a bounded time. Then it is asked whether the storage takes anything at all: if so, the call
 * alone has failed; if not, the gate closes until it does. Any number of threads.
 */
public final class StorageRetry {
  private static final Logger LOG = Logger.getLogger(StorageRetry.class);
  private static final long INITIAL_BACKOFF_MILLIS = 100;
  private static final long MAX_BACKOFF_MILLIS = 5_000;

  private final StorageProbe probe;
  private final Duration retryTimeout;
  private final Runnable onRetry;
  private final AtomicInteger retrying = new AtomicInteger();
  private volatile @Nullable String outageReason;

  /**
   * @param patience how long a call is tried again
   * @param retried told of every further try
   */
  public StorageRetry(StorageProbe probe, Duration patience, Runnable retried) {
    this.probe = probe;
    this.retryTimeout = patience;
    this.onRetry = retried;
  }

  /**
   * Makes a call, however often it takes.
   *
   * @param useless asked between tries whether there is any use in going on
   * @throws StorageException where the storage refuses this call, though it takes others
   * @throws StorageOutageException where it takes nothing
   * @throws RetryAbortedException where there was no use in going on
   */
  public <T> T call(Supplier<T> work, BooleanSupplier useless) {
    try {
      return work.get();
    } catch (StorageException e) {
      return retry(work, useless, e);
    }
  }

  /** Whether some call is being tried again: no more work should be begun. */
  public boolean isRetrying() {
    return retrying.get() > 0;
  }

  /** Why nothing can be written, while that is so. */
  public Optional<String> outageReason() {
    return Optional.ofNullable(outageReason);
  }

  /** Whether the storage takes something again; to be asked now and then while it is away. */
  public boolean probeStorage() {
    try {
      probe.write();
      LOG.info("the storage takes writes again");
      outageReason = null;
      return true;
    } catch (StorageException e) {
      outageReason = e.getMessage();
      return false;
    }
  }

  private <T> T retry(Supplier<T> work, BooleanSupplier useless, StorageException first) {
    retrying.incrementAndGet();
    try {
      StorageException last = first;
      long until = System.nanoTime() + retryTimeout.toNanos();
      for (int tries = 1; last.isRetryable() && System.nanoTime() - until < 0; tries++) {
        LOG.warnf("the storage refuses, try %d: %s", tries, last.getMessage());
        backOff(tries, useless);
        onRetry.run();
        try {
          return work.get();
        } catch (StorageException e) {
          last = e;
        }
      }
      throw last.isRetryable() ? refusalOrOutage(last) : last;
    } finally {
      retrying.decrementAndGet();
    }
  }

  private RuntimeException refusalOrOutage(StorageException last) {
    try {
      probe.write();
      return last;
    } catch (StorageException e) {
      outageReason = e.getMessage();
      LOG.errorf("the storage takes nothing; jobs go back to the queue: %s", e.getMessage());
      return new StorageOutageException(String.valueOf(last.getMessage()), last);
    }
  }

  // Half of the pause is chance, so that many workers do not come back all at once.
  private static void backOff(int tries, BooleanSupplier useless) {
    long longest = Math.min(MAX_BACKOFF_MILLIS, INITIAL_BACKOFF_MILLIS << Math.min(tries - 1, 10));
    long until =
        System.nanoTime()
            + Duration.ofMillis(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1))
                .toNanos();
    while (System.nanoTime() - until < 0) {
      if (useless.getAsBoolean()) {
        throw new RetryAbortedException();
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetryAbortedException();
      }
    }
  }
}
