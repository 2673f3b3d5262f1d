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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One request and what is heard of its answer: the status, and little else. */
final class HttpExchange {
  private static final int MAX_BODY_BYTES = 4096;
  private static final Duration NO_RETRY_AFTER = Duration.ZERO;

  private final Clock clock;
  private final CompletableFuture<CallResult> result = new CompletableFuture<>();
  private final AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();

  HttpExchange(Clock clock) {
    this.clock = clock;
  }

  /** Connects and sends; returns at once. */
  void send(HttpClient client, RequestOptions options, byte[] body) {
    client
        .request(options)
        .onSuccess(
            connected -> {
              request.set(connected);
              if (result.isDone()) {
                close(); // nobody waits any more
                return;
              }
              connected
                  .send(Buffer.buffer(body))
                  .onSuccess(this::onResponse)
                  .onFailure(this::onFailure);
            })
        .onFailure(this::onFailure);
  }

  /** What it comes to; past its time the connection is closed. */
  CallResult result(Duration patience) {
    try {
      return result.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      result.complete(CallResult.Failed.noResponse("no answer in time"));
      return result.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CallResult.Failed.noResponse("the attempt was broken off");
    } catch (ExecutionException e) {
      throw new IllegalStateException("outcomes are values", e);
    } finally {
      close();
    }
  }

  // The rest of the answer is read only so far that an honest receiver sees it taken.
  private void onResponse(HttpClientResponse response) {
    CallResult heard = result(response);
    int[] read = {0};
    response.handler(
        part -> {
          read[0] += part.length();
          if (read[0] > MAX_BODY_BYTES) {
            result.complete(heard);
          }
        });
    response.exceptionHandler(failure -> result.complete(heard));
    response.endHandler(end -> result.complete(heard));
  }

  private CallResult result(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return new CallResult.Success(status);
    }
    return status == 410
        ? new CallResult.Gone()
        : new CallResult.Failed(
            "answer " + status, status, parseRetryAfter(response.getHeader("retry-after")));
  }

  // Seconds, or a date.
  private Duration parseRetryAfter(@Nullable String header) {
    if (header == null) {
      return NO_RETRY_AFTER;
    }
    String value = header.strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      ZonedDateTime then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), then.toInstant());
      return wait.isNegative() ? NO_RETRY_AFTER : wait;
    } catch (DateTimeParseException e) {
      return NO_RETRY_AFTER;
    }
  }

  private void onFailure(Throwable failure) {
    String why = failure instanceof SSLException ? "TLS failed" : "no connection";
    result.complete(CallResult.Failed.noResponse(why));
  }

  private void close() {
    HttpClientRequest open = request.get();
    if (open != null) {
      open.connection().close();
    }
  }
}
