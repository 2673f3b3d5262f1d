package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import io.quarkus.arc.ClientProxy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tries S3 as the gateway uses it, until it works once: a gateway with the wrong rights would
 * answer 503 for every job that it does not know. Any number of threads.
 */
@ApplicationScoped
class StorageCheck {
  private static final Logger LOG = Logger.getLogger(StorageCheck.class);
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30));

  private final JobArchive archive;
  private volatile @Nullable String failure = "S3 is not tried yet";
  private volatile boolean stopped;

  StorageCheck(JobArchive archive) {
    this.archive = archive;
  }

  /**
   * Starts to try, on a thread of its own.
   *
   * @throws IllegalArgumentException if a setting of the storage is invalid
   */
  void start() {
    // Create the client now, so that an invalid setting fails the start.
    ClientProxy.unwrap(archive);
    Thread thread = new Thread(this::run, "sanaq-storage-check");
    thread.setDaemon(true);
    thread.start();
  }

  /** Why S3 cannot be used; empty once it could. */
  Optional<String> notReadyReason() {
    return Optional.ofNullable(failure);
  }

  /** Stops to try; does not wait. */
  void close() {
    stopped = true;
  }

  private void run() {
    try {
      BACKOFF.call(this::tryStorage, () -> stopped, this::logRetry);
      failure = null;
    } catch (RetryAbortedException e) {
      LOG.debug("stopped");
    }
  }

  private boolean tryStorage() {
    archive.tryStorage();
    return true;
  }

  private void logRetry(int retry, Duration delay, RuntimeException e) {
    String reason = "S3 cannot be used: " + e.getMessage();
    if (!reason.equals(failure)) {
      LOG.errorf("not ready: %s", reason);
      failure = reason;
    }
  }
}
