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
 * half of it jitter, until {@code sanaq.storage.retry-timeout} (30 s) has passed. Then a probe
 * write decides whether only this call fails or the storage has an outage. The AWS SDK itself does
 * not retry. Any number of threads.
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

  /** Why the storage cannot be written; empty without an outage. */
  public Optional<String> outageReason() {
    return Optional.ofNullable(outageReason);
  }

  /** Whether a probe write succeeds; ends the outage if so. Blocks for one attempt. */
  public boolean probeStorage() {
    try {
      probe.write();
      LOG.info("S3 is available again");
      outageReason = null;
      return true;
    } catch (StorageException e) {
      outageReason = e.getMessage();
      return false;
    }
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

  private RuntimeException failureOrOutage(StorageException last) {
    try {
      probe.write();
      return last;
    } catch (StorageException e) {
      outageReason = e.getMessage();
      LOG.errorf(
          "S3 unavailable; releasing jobs and leaving the consumer group: %s", e.getMessage());
      return new StorageOutageException(String.valueOf(last.getMessage()), last);
    }
  }
}
