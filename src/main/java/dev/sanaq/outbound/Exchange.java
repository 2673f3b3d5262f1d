package dev.sanaq.outbound;

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
final class Exchange {
  private static final int READ = 4096;
  private static final Duration NO_WAIT = Duration.ZERO;

  private final Clock clock;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final AtomicReference<@Nullable HttpClientRequest> request = new AtomicReference<>();

  Exchange(Clock clock) {
    this.clock = clock;
  }

  /** Connects and sends; returns at once. */
  void begin(HttpClient client, RequestOptions options, byte[] body) {
    client
        .request(options)
        .onSuccess(
            connected -> {
              request.set(connected);
              if (outcome.isDone()) {
                close(); // nobody waits any more
                return;
              }
              connected.send(Buffer.buffer(body)).onSuccess(this::answered).onFailure(this::failed);
            })
        .onFailure(this::failed);
  }

  /** What it comes to; past its time the connection is closed. */
  Outcome outcome(Duration patience) {
    try {
      return outcome.get(Math.max(1, patience.toMillis()), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      outcome.complete(Outcome.Failed.unanswered("no answer in time"));
      return outcome.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Outcome.Failed.unanswered("the attempt was broken off");
    } catch (ExecutionException e) {
      throw new IllegalStateException("outcomes are values", e);
    } finally {
      close();
    }
  }

  // The rest of the answer is read only so far that an honest receiver sees it taken.
  private void answered(HttpClientResponse response) {
    Outcome heard = outcome(response);
    int[] read = {0};
    response.handler(
        part -> {
          read[0] += part.length();
          if (read[0] > READ) {
            outcome.complete(heard);
          }
        });
    response.exceptionHandler(failure -> outcome.complete(heard));
    response.endHandler(end -> outcome.complete(heard));
  }

  private Outcome outcome(HttpClientResponse response) {
    int status = response.statusCode();
    if (status >= 200 && status < 300) {
      return new Outcome.Taken(status);
    }
    return status == 410
        ? new Outcome.Gone()
        : new Outcome.Failed(
            "answer " + status, status, retryAfter(response.getHeader("retry-after")));
  }

  // Seconds, or a date.
  private Duration retryAfter(@Nullable String header) {
    if (header == null) {
      return NO_WAIT;
    }
    String value = header.strip();
    if (value.matches("[0-9]{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(value));
    }
    try {
      ZonedDateTime then = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration wait = Duration.between(clock.instant(), then.toInstant());
      return wait.isNegative() ? NO_WAIT : wait;
    } catch (DateTimeParseException e) {
      return NO_WAIT;
    }
  }

  private void failed(Throwable failure) {
    String why = failure instanceof SSLException ? "TLS failed" : "no connection";
    outcome.complete(Outcome.Failed.unanswered(why));
  }

  private void close() {
    HttpClientRequest open = request.get();
    if (open != null) {
      open.connection().close();
    }
  }
}
