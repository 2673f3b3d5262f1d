package dev.sanaq.watchers;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client that reads a job's event stream to its end and records the delay of each event. */
final class EventStreamWatcher implements Flow.Subscriber<String> {
  private static final Pattern TIME = Pattern.compile("\"time\":\"([^\"]+)\"");

  private final LatencyRecorder delays;
  private final CompletableFuture<Void> opened = new CompletableFuture<>();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private volatile boolean sawTerminalEvent;

  private EventStreamWatcher(LatencyRecorder delays) {
    this.delays = delays;
  }

  /** Opens the event stream of a job. */
  static EventStreamWatcher open(
      HttpClient client, URI gateway, String job, LatencyRecorder delays) {
    EventStreamWatcher watcher = new EventStreamWatcher(delays);
    HttpRequest request =
        HttpRequest.newBuilder(gateway.resolve("/v1/jobs/" + job + "/events")).build();
    client
        .sendAsync(request, BodyHandlers.fromLineSubscriber(watcher))
        .whenComplete(
            (response, failure) -> {
              if (failure != null) {
                watcher.onError(failure);
              }
            });
    return watcher;
  }

  /** Waits until the stream is open. */
  void awaitOpened() {
    opened.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join();
  }

  /** Waits for the end of the stream; returns whether it had the job's terminal event. */
  boolean awaitEnd() {
    closed.orTimeout(60, java.util.concurrent.TimeUnit.SECONDS).join();
    return sawTerminalEvent;
  }

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    opened.complete(null);
    subscription.request(Long.MAX_VALUE);
  }

  @Override
  public void onNext(String line) {
    Matcher time = TIME.matcher(line);
    if (line.startsWith("data:") && time.find()) {
      delays.add(Duration.between(Instant.parse(time.group(1)), Instant.now()).toNanos());
      sawTerminalEvent |= line.contains("dev.sanaq.job.completed.v1");
    }
  }

  @Override
  public void onError(Throwable failure) {
    opened.completeExceptionally(failure);
    closed.completeExceptionally(failure);
  }

  @Override
  public void onComplete() {
    closed.complete(null);
  }
}
