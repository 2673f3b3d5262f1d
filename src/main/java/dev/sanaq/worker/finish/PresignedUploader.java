package dev.sanaq.worker.finish;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.net.CallResult;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.worker.attempt.UploadUrlGuard;
import dev.sanaq.worker.http.LazyHttpClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * Uploads images to the presigned URLs of requests, on its own threads, so that a slow receiver
 * does not block the storing of other jobs. Creates its HTTP client at the first upload. Any number
 * of threads.
 */
public final class PresignedUploader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PresignedUploader.class);
  private static final int FIRST_SERVER_ERROR_STATUS = 500;
  private static final int REQUEST_TIMEOUT_STATUS = 408;
  private static final int TOO_MANY_REQUESTS_STATUS = 429;
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(250), Duration.ofSeconds(10));

  private final UploadConfig config;
  private final LazyHttpClient client;
  private final ExecutorService executor;

  /**
   * @param executor this uploader shuts it down
   */
  public PresignedUploader(UploadConfig config, UrlPolicy urlPolicy, ExecutorService executor) {
    this.config = config;
    this.client = new LazyHttpClient(urlPolicy, config.callLimits());
    this.executor = executor;
  }

  /** Runs the work on one of the upload threads. */
  void execute(Runnable work) {
    executor.execute(work);
  }

  /** The retry deadline of an upload that starts now, in {@link System#nanoTime} units. */
  long retryDeadline() {
    return System.nanoTime() + config.retryTimeout().toNanos();
  }

  /**
   * Uploads an image, with retries; blocks.
   *
   * @param url the URL, its signature included
   * @param contentType {@code image/png}, ...
   * @param deadline from {@link #retryDeadline}
   * @param aborted checked during delays: whether the upload is no longer wanted
   * @throws UploadFailedException after a permanent failure, at the deadline, or if the URL may not
   *     be called
   * @throws RetryAbortedException if the upload is no longer wanted
   */
  void upload(
      String url, byte[] image, String contentType, long deadline, BooleanSupplier aborted) {
    Map<String, String> headers = Map.of("content-type", contentType, "user-agent", "sanaq");
    for (int attempt = 1; true; attempt++) {
      CallResult result =
          client.get().send(new PinnedHttpClient.Request("PUT", url, headers, image, attempt - 1));
      if (result instanceof CallResult.Success) {
        return;
      }
      Duration delay = delay(result, attempt);
      if (isPermanentFailure(result) || System.nanoTime() + delay.toNanos() - deadline > 0) {
        throw new UploadFailedException(error(url, result));
      }
      LOG.warnf(
          "upload to %s failed (attempt %d), retrying in %s: %s",
          UrlRedaction.redact(url), attempt, delay, reason(result));
      Backoff.sleep(delay, aborted);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    client.close();
  }

  // Client errors stay errors: an expired signature does not become valid again.
  private static boolean isPermanentFailure(CallResult result) {
    if (result instanceof CallResult.Failed failed) {
      int status = failed.status();
      return status != 0
          && status < FIRST_SERVER_ERROR_STATUS
          && status != REQUEST_TIMEOUT_STATUS
          && status != TOO_MANY_REQUESTS_STATUS;
    }
    return true;
  }

  /** The backoff, or the server's Retry-After where that is longer. */
  private static Duration delay(CallResult result, int retry) {
    Duration delay = BACKOFF.delay(retry);
    return result instanceof CallResult.Failed failed && failed.retryAfter().compareTo(delay) > 0
        ? failed.retryAfter()
        : delay;
  }

  private static JobError error(String url, CallResult result) {
    return result instanceof CallResult.NotAllowed refused
        ? UploadUrlGuard.error(url, refused.reason())
        : JobError.of(
            ErrorCode.STORAGE_FAILED,
            "upload to %s failed: %s".formatted(UrlRedaction.redact(url), reason(result)));
  }

  private static String reason(CallResult result) {
    return result instanceof CallResult.Failed failed ? failed.reason() : "answer 410";
  }
}
