package dev.sanaq.storage.health;

import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.storage.StorageException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The retry rule for S3 calls of a worker, and its circuit breaker. A call that fails in the S3
 * client, with any status (4xx included), is retried with exponential backoff from 100 ms to 5 s,
 * half of it jitter, until {@code sanaq.storage.retry-timeout} (30 s) has passed. Then a {@link
 * StorageProbe} decides whether only this call fails or the storage has an outage. The AWS SDK
 * itself does not retry. Any number of threads.
 */
public final class StorageRetry {
  private static final Logger LOG = Logger.getLogger(StorageRetry.class);
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(5))
          .retryIf(e -> e instanceof StorageException refused && refused.isRetryable());

  private final StorageProbe probe;
  private final Backoff backoff;
  private final Runnable onRetry;
  private final AtomicInteger retrying = new AtomicInteger();
  private volatile @Nullable String outageReason;

  /**
   * @param retryTimeout how long a call is retried after its first failure
   * @param onRetry called for each retry
   */
  public StorageRetry(StorageProbe probe, Duration retryTimeout, Runnable onRetry) {
    this.probe = probe;
    this.backoff = BACKOFF.withDeadline(retryTimeout);
    this.onRetry = onRetry;
  }

  /**
   * Makes a call and retries it; blocks.
   *
   * @param aborted checked during delays: whether the result is no longer wanted
   * @throws StorageException if this call fails, but the probe succeeds
   * @throws StorageOutageException if the probe fails too
   * @throws RetryAbortedException if the result is no longer wanted
   */
  public <T> T call(Supplier<T> work, BooleanSupplier aborted) {
    try {
      return work.get();
    } catch (StorageException e) {
      return retry(e, work, aborted);
    }
  }

  /** Whether some call is being retried: no more work should be started. */
  public boolean isRetrying() {
    return retrying.get() > 0;
  }

  /** Why the storage cannot be used; empty without an outage. */
  public Optional<String> outageReason() {
    return Optional.ofNullable(outageReason);
  }

  /**
   * Tries the storage as the work uses it. If that fails an outage begins, or goes on; otherwise it
   * ends. Blocks for single attempts.
   *
   * @param recovery what must succeed, too, before the outage ends
   * @return whether the storage can be used
   */
  public boolean probeStorage(Runnable recovery) {
    try {
      probe.tryWorkerCalls();
      recovery.run();
    } catch (StorageException e) {
      setOutage(e);
      return false;
    }
    if (outageReason != null) {
      LOG.info("S3 can be used again");
      outageReason = null;
    }
    return true;
  }

  private <T> T retry(StorageException first, Supplier<T> work, BooleanSupplier aborted) {
    retrying.incrementAndGet();
    try {
      return backoff.retry(first, () -> callAgain(work), aborted, StorageRetry::logRetry);
    } catch (StorageException last) {
      throw last.isRetryable() ? failureOrOutage(last) : last;
    } finally {
      retrying.decrementAndGet();
    }
  }

  private <T> T callAgain(Supplier<T> work) {
    onRetry.run();
    return work.get();
  }

  private static void logRetry(int retry, Duration delay, RuntimeException error) {
    LOG.warnf("S3 call failed (attempt %d), retrying in %s: %s", retry, delay, error.getMessage());
  }

  /**
   * Decides what a call means that has failed after its own retries. Blocks.
   *
   * @return the failure if the probe succeeds, else an outage, which begins
   */
  public RuntimeException failureOrOutage(StorageException last) {
    try {
      probe.tryWorkerCalls();
      return last;
    } catch (StorageException e) {
      setOutage(e);
      return new StorageOutageException(String.valueOf(last.getMessage()), last);
    }
  }

  private void setOutage(StorageException cause) {
    String reason = String.valueOf(cause.getMessage());
    if (!reason.equals(outageReason)) {
      LOG.errorf("S3 cannot be used, so this worker takes no jobs: %s", reason);
      outageReason = reason;
    }
  }
}
