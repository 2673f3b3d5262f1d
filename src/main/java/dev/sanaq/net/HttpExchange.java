package dev.sanaq.net;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.RequestOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request and its response, of which status, Retry-After and Location are read, the body
 * if it is wanted, and the start of the body of a failure.
 */
final class HttpExchange {
  /** Of a body that is not wanted. */
  private static final int MAX_IGNORED_BYTES = 4096;

  private static final int NOT_WANTED = -1;

  /** How long the rest of a body that is not wanted may take: its status counts without it. */
  private static final Duration BODY_TIMEOUT = Duration.ofSeconds(2);

  private static final Duration NO_RETRY_AFTER = Duration.ZERO;
  // A date may be thousands of years ahead, which does not fit in nanoseconds.
  private static final Duration MAX_RETRY_AFTER = Duration.ofDays(1);

  private final Clock clock;
  private final int maxBodyBytes;
  private final Buffer body = Buffer.buffer();
  private final CompletableFuture<CallResult> result = new CompletableFuture<>();

  /** The result as soon as it is known: with the status, if the body is not wanted. */
  private final CompletableFuture<CallResult> early = new CompletableFuture<>();

  private volatile String location = "";
  private final AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();

  HttpExchange(Clock clock) {
    this(clock, NOT_WANTED);
  }

  /**
   * An exchange whose response has a body.
   *
   * @param maxBodyBytes the exchange ends with the first byte beyond
   */
  HttpExchange(Clock clock, int maxBodyBytes) {
    this.clock = clock;
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * The body of a successful response that is wanted, once there is a result; longer than allowed
   * if it is. Of another response its first bytes.
   */
  byte[] body() {
    synchronized (body) {
      return body.getBytes();
    }
  }

  /** The response's Location, once there is a result; empty if there is none. */
  String location() {
    return location;
  }

  /** Connects and sends; returns at once. */
  void send(HttpClient client, RequestOptions options, byte[] body) {
    client
        .request(options)
        .onSuccess(
            connected -> {
              request.set(connected);
              if (result.isDone()) {
                close(); // the caller has timed out
                return;
              }
              connected
                  .send(Buffer.buffer(body))
                  .onSuccess(this::onResponse)
                  .onFailure(this::onFailure);
            })
        .onFailure(this::onFailure);
  }

  /**
   * Waits for the result; closes the connection then, or at the timeout. A status that came in time
   * is the result, whatever becomes of a body that is not wanted.
   */
  CallResult result(Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      CallResult known = await(early, timeout);
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      return known == null
          ? finish(CallResult.Failed.noResponse("no answer in time"))
          : finish(
              Objects.requireNonNullElse(
                  await(result, left.compareTo(BODY_TIMEOUT) < 0 ? left : BODY_TIMEOUT), known));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CallResult.Failed.noResponse("the attempt was interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("failures are results, not exceptions", e);
    } finally {
      close();
    }
  }

  private static @Nullable CallResult await(CompletableFuture<CallResult> future, Duration timeout)
      throws InterruptedException, ExecutionException {
    try {
      return future.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      return null;
    }
  }

  /** Sets the result, unless there is one. */
  private CallResult finish(CallResult callResult) {
    result.complete(callResult);
    early.complete(callResult);
    return result.join();
  }

  private void onResponse(HttpClientResponse response) {
    CallResult callResult = result(response);
    location = Objects.requireNonNullElse(response.getHeader("location"), "");
    if (maxBodyBytes != NOT_WANTED && callResult instanceof CallResult.Success) {
      readBody(response, callResult);
    } else {
      ignoreBody(response, callResult);
    }
  }

  private void readBody(HttpClientResponse response, CallResult callResult) {
    response.handler(
        part -> {
          if (result.isDone()) {
            return; // too large already
          }
          append(part, maxBodyBytes + 1);
          if (body.length() > maxBodyBytes) {
            finish(callResult);
          }
        });
    response.exceptionHandler(
        failure -> finish(CallResult.Failed.noResponse("the answer is incomplete")));
    response.endHandler(end -> finish(callResult));
  }

  // Read a short body to its end, so that the receiver sees its response accepted.
  private void ignoreBody(HttpClientResponse response, CallResult callResult) {
    int[] read = {0};
    response.handler(
        part -> {
          read[0] += part.length();
          if (!result.isDone()) {
            append(part, MAX_IGNORED_BYTES);
          }
          if (read[0] > MAX_IGNORED_BYTES) {
            finish(callResult);
          }
        });
    response.exceptionHandler(failure -> finish(callResult));
    response.endHandler(end -> finish(callResult));
    early.complete(callResult);
  }

  private void append(Buffer part, int maxBytes) {
    synchronized (body) {
      body.appendBuffer(part, 0, Math.min(part.length(), maxBytes - body.length()));
    }
  }

  private CallResult result(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return new CallResult.Success(status);
    }
    return status == 410
        ? new CallResult.Gone()
        : new CallResult.Failed(
            "answer " + status, status, retryAfter(response.getHeader("retry-after")));
  }

  private Duration retryAfter(@Nullable String header) {
    Duration wait = header == null ? NO_RETRY_AFTER : parseRetryAfter(header);
    if (wait.isNegative()) {
      return NO_RETRY_AFTER;
    }
    return wait.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : wait;
  }

  // RFC 9110: seconds or an HTTP date.
  private Duration parseRetryAfter(String header) {
    String value = header.strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      ZonedDateTime then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      return Duration.between(clock.instant(), then.toInstant());
    } catch (DateTimeParseException e) {
      return NO_RETRY_AFTER;
    }
  }

  private void onFailure(Throwable failure) {
    String reason = failure instanceof SSLException ? "TLS failed" : "no connection";
    finish(CallResult.Failed.noResponse(reason));
  }

  private void close() {
    HttpClientRequest open = request.get();
    if (open != null) {
      open.connection().close();
    }
  }
}
