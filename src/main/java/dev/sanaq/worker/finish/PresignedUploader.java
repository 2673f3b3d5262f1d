package dev.sanaq.worker.finish;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.net.CallResult;
import dev.sanaq.net.PinnedHttpClient.ExplainedResult;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.worker.attempt.UploadUrlGuard;
import dev.sanaq.worker.http.LazyHttpClient;
import dev.sanaq.worker.http.UploadRequest;
import java.time.Duration;
import java.util.Optional;
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
  private static final int MAX_REDIRECTS = 3;
  private static final int FIRST_REDIRECT_STATUS = 300;
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
    for (int attempt = 1; true; attempt++) {
      ExplainedResult answer = send(url, image, contentType, attempt - 1);
      if (answer.result() instanceof CallResult.Success) {
        return;
      }
      Duration delay = delay(answer.result(), attempt);
      if (answer.result().isPermanent() || System.nanoTime() + delay.toNanos() - deadline > 0) {
        throw new UploadFailedException(error(url, answer));
      }
      LOG.warnf(
          "upload to %s failed (attempt %d), retrying in %s: %s",
          UrlRedaction.redact(url), attempt, delay, UploadRequest.reason(answer));
      Backoff.sleep(delay, aborted);
    }
  }

  /** Sends the image, and follows redirects under the same rules for URLs. */
  private ExplainedResult send(String url, byte[] image, String contentType, int attempt) {
    String target = url;
    for (int redirects = 0; true; redirects++) {
      ExplainedResult answer =
          client.get().sendExplained(UploadRequest.of(target, image, contentType, attempt));
      Optional<String> next = UploadRequest.redirect(target, answer);
      if (next.isEmpty() || redirects == MAX_REDIRECTS) {
        return redirects > 0 && answer.result() instanceof CallResult.NotAllowed refused
            ? new ExplainedResult(notAllowedRedirect(target, refused), "", "")
            : answer;
      }
      target = next.get();
    }
  }

  private static CallResult notAllowedRedirect(String target, CallResult.NotAllowed refused) {
    String reason =
        "redirected to %s, which may not be called: %s"
            .formatted(UrlRedaction.redact(target), refused.reason());
    return new CallResult.Failed(reason, FIRST_REDIRECT_STATUS, Duration.ZERO);
  }

  @Override
  public void close() {
    executor.shutdownNow();
    client.close();
  }

  /** The backoff, or the server's Retry-After where that is longer. */
  private static Duration delay(CallResult result, int retry) {
    Duration delay = BACKOFF.delay(retry);
    return result instanceof CallResult.Failed failed && failed.retryAfter().compareTo(delay) > 0
        ? failed.retryAfter()
        : delay;
  }

  private static JobError error(String url, ExplainedResult answer) {
    return answer.result() instanceof CallResult.NotAllowed refused
        ? UploadUrlGuard.error(url, refused.reason())
        : JobError.of(
            ErrorCode.STORAGE_FAILED,
            "upload to %s failed: %s"
                .formatted(UrlRedaction.redact(url), UploadRequest.reason(answer)));
  }
}
