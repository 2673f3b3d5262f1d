package dev.sanaq.worker.finish;

import dev.sanaq.job.UrlRedaction;
import dev.sanaq.net.CallResult;
import dev.sanaq.net.DnsResolver;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.net.UrlPolicy;
import dev.sanaq.retry.RetryAbortedException;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Puts images to the addresses that requests bring, on threads of its own, lest a slow address keep
 * other jobs from being stored. The client is made when the first request brings one.
 */
public final class PresignedUploader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(PresignedUploader.class);
  private static final int FIRST_SERVER_ERROR_STATUS = 500;
  private static final int REQUEST_TIMEOUT_STATUS = 408;
  private static final int TOO_MANY_REQUESTS_STATUS = 429;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(250);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(10);
  private static final Duration ABORT_CHECK_INTERVAL = Duration.ofMillis(20);

  private final UploadConfig config;
  private final UrlPolicy urlPolicy;
  private final ExecutorService executor;
  private @Nullable Client client;

  private record Client(Vertx vertx, PinnedHttpClient httpClient) {}

  /**
   * @param threads its own from now on
   * @throws IllegalArgumentException where the configuration cannot be meant
   */
  public PresignedUploader(UploadConfig config, ExecutorService threads) {
    this.config = config;
    this.urlPolicy = new UrlPolicy(config.urlPolicyConfig(), DnsResolver.PLATFORM);
    this.executor = threads;
  }

  /** Does the work when a thread is free. */
  void execute(Runnable work) {
    executor.execute(work);
  }

  /** Until when what begins now may be tried, by {@link System#nanoTime}. */
  long retryDeadline() {
    return System.nanoTime() + config.retryTimeout().toNanos();
  }

  /**
   * Puts an image, however often it takes; blocks.
   *
   * @param url the address, its secrets included
   * @param contentType {@code image/png}, ...
   * @param deadline as {@link #retryDeadline} has it
   * @param useless asked between tries whether there is any use in going on
   * @throws UploadFailedException where it is refused, or not taken in time
   * @throws RetryAbortedException where there was no use in going on
   */
  void upload(
      String url, byte[] image, String contentType, long deadline, BooleanSupplier useless) {
    Map<String, String> headers = Map.of("content-type", contentType, "user-agent", "sanaq");
    for (int tries = 0; true; tries++) {
      CallResult outcome =
          httpClient().send(new PinnedHttpClient.Request("PUT", url, headers, image, tries));
      if (outcome instanceof CallResult.Success) {
        return;
      }
      Duration pause = backoffAfter(outcome, tries);
      if (isPermanentFailure(outcome) || System.nanoTime() + pause.toNanos() - deadline > 0) {
        throw new UploadFailedException(
            "%s did not take the image: %s".formatted(UrlRedaction.redact(url), reason(outcome)));
      }
      LOG.warnf(
          "%s did not take an image, try %d: %s",
          UrlRedaction.redact(url), tries + 1, reason(outcome));
      sleepUnlessAborted(pause, useless);
    }
  }

  @Override
  public synchronized void close() {
    executor.shutdownNow();
    if (client != null) {
      client.httpClient().close();
      client.vertx().close();
      client = null;
    }
  }

  private synchronized PinnedHttpClient httpClient() {
    if (client == null) {
      // Nothing is looked up and no file is served: one thread, and no folder for a cache.
      Vertx vertx =
          Vertx.vertx(
              new VertxOptions()
                  .setEventLoopPoolSize(1)
                  .setWorkerPoolSize(1)
                  .setInternalBlockingPoolSize(1)
                  .setFileSystemOptions(
                      new FileSystemOptions()
                          .setFileCachingEnabled(false)
                          .setClassPathResolvingEnabled(false)));
      HttpClientOptions options = new HttpClientOptions();
      client =
          new Client(
              vertx,
              new PinnedHttpClient(
                  urlPolicy, config.callLimits(), Clock.systemUTC(), vertx, options));
    }
    return client.httpClient();
  }

  // What the sender got wrong stays wrong; a signature does not come back to life.
  private static boolean isPermanentFailure(CallResult outcome) {
    if (outcome instanceof CallResult.Failed failed) {
      int status = failed.status();
      return status != 0
          && status < FIRST_SERVER_ERROR_STATUS
          && status != REQUEST_TIMEOUT_STATUS
          && status != TOO_MANY_REQUESTS_STATUS;
    }
    return true;
  }

  private static Duration backoffAfter(CallResult outcome, int tries) {
    Duration grown = INITIAL_BACKOFF.multipliedBy(1L << Math.min(tries, 10));
    Duration longest = grown.compareTo(MAX_BACKOFF) > 0 ? MAX_BACKOFF : grown;
    // Half of it is chance, so that many do not come back all at once.
    long millis = longest.toMillis();
    Duration pause =
        Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
    return outcome instanceof CallResult.Failed failed && failed.retryAfter().compareTo(pause) > 0
        ? failed.retryAfter()
        : pause;
  }

  private static String reason(CallResult outcome) {
    if (outcome instanceof CallResult.Failed failed) {
      return failed.reason();
    }
    return outcome instanceof CallResult.NotAllowed refused
        ? "it may not be called, " + refused.reason()
        : "answer 410";
  }

  private static void sleepUnlessAborted(Duration pause, BooleanSupplier useless) {
    long until = System.nanoTime() + pause.toNanos();
    while (System.nanoTime() - until < 0) {
      if (useless.getAsBoolean()) {
        throw new RetryAbortedException();
      }
      try {
        Thread.sleep(ABORT_CHECK_INTERVAL.toMillis());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new RetryAbortedException();
      }
    }
  }
}
