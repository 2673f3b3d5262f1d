package dev.sanaq.worker.http;

import dev.sanaq.net.FetchResult;
import dev.sanaq.net.PinnedHttpClient;
import dev.sanaq.retry.Backoff;
import dev.sanaq.retry.RetryAbortedException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** Fetches bodies, with exponential backoff. Any number of threads; blocks. */
public final class RetryingFetch {
  private static final Backoff BACKOFF =
      Backoff.exponential(Duration.ofMillis(250), Duration.ofSeconds(5));

  private final Supplier<PinnedHttpClient> client;
  private final int maxBytes;
  private final Duration retryTimeout;

  /**
   * @param client asked for with the first call; the caller closes it
   * @param maxBytes of a body
   * @param retryTimeout how long a call is retried
   */
  public RetryingFetch(Supplier<PinnedHttpClient> client, int maxBytes, Duration retryTimeout) {
    this.client = client;
    this.maxBytes = maxBytes;
    this.retryTimeout = retryTimeout;
  }

  /**
   * Sends a request until there is a body, a permanent failure, or no time for another attempt.
   *
   * @param request of an attempt, from 0
   * @param aborted whether the body is no longer wanted
   * @return the last attempt's
   * @throws RetryAbortedException if the body is no longer wanted
   */
  public FetchResult fetch(IntFunction<PinnedHttpClient.Request> request, BooleanSupplier aborted) {
    long deadline = System.nanoTime() + retryTimeout.toNanos();
    for (int attempt = 1; true; attempt++) {
      if (aborted.getAsBoolean()) {
        throw new RetryAbortedException();
      }
      FetchResult result = client.get().fetch(request.apply(attempt - 1), maxBytes);
      Duration delay = BACKOFF.delay(attempt);
      if (!(result instanceof FetchResult.NotFetched failure)
          || failure.reason().isPermanent()
          || System.nanoTime() + delay.toNanos() - deadline > 0) {
        return result;
      }
      Backoff.sleep(delay, aborted);
    }
  }
}
