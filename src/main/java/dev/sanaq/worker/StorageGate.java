package dev.sanaq.worker;

import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.StorageProbe;
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
final class StorageGate {
  private static final Logger LOG = Logger.getLogger(StorageGate.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  private final StorageProbe probe;
  private final Duration patience;
  private final Runnable retried;
  private final AtomicInteger waiting = new AtomicInteger();
  private volatile @Nullable String outage;

  /**
   * @param patience how long a call is tried again
   * @param retried told of every further try
   */
  StorageGate(StorageProbe probe, Duration patience, Runnable retried) {
    this.probe = probe;
    this.patience = patience;
    this.retried = retried;
  }

  /**
   * Makes a call, however often it takes.
   *
   * @param useless asked between tries whether there is any use in going on
   * @throws StorageException where the storage refuses this call, though it takes others
   * @throws OutageException where it takes nothing
   * @throws AbandonedException where there was no use in going on
   */
  <T> T call(Supplier<T> work, BooleanSupplier useless) {
    try {
      return work.get();
    } catch (StorageException e) {
      return again(work, useless, e);
    }
  }

  /** Whether some call is being tried again: no more work should be begun. */
  boolean isTroubled() {
    return waiting.get() > 0;
  }

  /** Why nothing can be written, while that is so. */
  Optional<String> outage() {
    return Optional.ofNullable(outage);
  }

  /** Whether the storage takes something again; to be asked now and then while it is away. */
  boolean reopens() {
    try {
      probe.write();
      LOG.info("the storage takes writes again");
      outage = null;
      return true;
    } catch (StorageException e) {
      outage = e.getMessage();
      return false;
    }
  }

  private <T> T again(Supplier<T> work, BooleanSupplier useless, StorageException first) {
    waiting.incrementAndGet();
    try {
      StorageException last = first;
      long until = System.nanoTime() + patience.toNanos();
      for (int tries = 1; last.isRetryable() && System.nanoTime() - until < 0; tries++) {
        LOG.warnf("the storage refuses, try %d: %s", tries, last.getMessage());
        pause(tries, useless);
        retried.run();
        try {
          return work.get();
        } catch (StorageException e) {
          last = e;
        }
      }
      throw last.isRetryable() ? refusalOrOutage(last) : last;
    } finally {
      waiting.decrementAndGet();
    }
  }

  private RuntimeException refusalOrOutage(StorageException last) {
    try {
      probe.write();
      return last;
    } catch (StorageException e) {
      outage = e.getMessage();
      LOG.errorf("the storage takes nothing; jobs go back to the queue: %s", e.getMessage());
      return new OutageException(String.valueOf(last.getMessage()), last);
    }
  }

  // Half of the pause is chance, so that many workers do not come back all at once.
  private static void pause(int tries, BooleanSupplier useless) {
    long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(tries - 1, 10));
    long until =
        System.nanoTime()
            + Duration.ofMillis(longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1))
                .toNanos();
    while (System.nanoTime() - until < 0) {
      if (useless.getAsBoolean()) {
        throw new AbandonedException();
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AbandonedException();
      }
    }
  }
}
