package dev.sanaq.worker.finish;

import dev.sanaq.kafka.event.PublishException;
import dev.sanaq.retry.Backoff;
import dev.sanaq.worker.finish.PendingResults.CompletedRecord;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The results whose transaction failed, apart from the others, so that one that the broker does not
 * take stops no other. At first one of them is retried; after a success twice as many, after a
 * failure one again, and another one. So each is tried alone before long. A result stays until it
 * is published or its partition is revoked: its offset remains open, so nothing is lost. The
 * polling thread, except {@link #reason}.
 */
public final class FailedResults {
  /** How long results may fail before readiness says so, and before a shutdown leaves them. */
  static final Duration TOLERANCE = Duration.ofMinutes(1);

  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(50);

  // The client looks for a missing topic for ten seconds, in which nothing else is published. While
  // there is something else, the pause is so many times as long.
  private static final int PAUSE_FACTOR = 4;

  private static final int MAX_RETRY_SIZE = 1024;

  private final Clock clock;
  private final Backoff backoff;

  /** The results by the time of their first failure, in the order in which they are retried. */
  private final Map<CompletedRecord, Instant> waiting = new LinkedHashMap<>();

  /** Topics that take no records: results for them are not even tried with others. */
  private final Set<String> failingTopics = new HashSet<>();

  private int retrySize = 1;
  private int failures;
  private long nextRetryNanos = System.nanoTime();
  private long considerateRetryNanos = nextRetryNanos;
  private @Nullable Instant unresolvedSince;
  private String lastError = "";
  private volatile @Nullable Status status;

  /** Published for other threads. */
  private record Status(Instant since, String text) {}

  /**
   * @param maxBackoff the longest pause between retries that fail at once; pauses start at 50 ms
   *     and double
   */
  public FailedResults(Clock clock, Duration maxBackoff) {
    this.clock = clock;
    this.backoff = Backoff.exponential(INITIAL_BACKOFF, maxBackoff).withJitter(0);
  }

  /**
   * Why results are not published, and what to do; empty while they are, and for the first minute.
   * Any thread.
   */
  public Optional<String> reason() {
    Status current = status;
    return current == null || !isPastTolerance(current.since())
        ? Optional.empty()
        : Optional.of(
            "results cannot be published since %s: %s".formatted(current.since(), current.text()));
  }

  /** Whether the result is one of those that are retried. */
  boolean contains(CompletedRecord result) {
    return waiting.containsKey(result);
  }

  /** The pause after a transaction, or a question to the broker, that failed. */
  Duration pause(int failuresInARow) {
    return backoff.delay(failuresInARow);
  }

  /** Whether all that waits has failed for so long that a shutdown need not wait for it. */
  boolean isSettled() {
    return waiting.values().stream().allMatch(this::isPastTolerance);
  }

  /** A transaction has failed, and the broker does not say what is committed. */
  void onUnresolved(Throwable cause) {
    lastError = String.valueOf(cause.getMessage());
    unresolvedSince = unresolvedSince == null ? clock.instant() : unresolvedSince;
    updateStatus();
  }

  /** The broker has said what is committed. */
  void onResolved() {
    unresolvedSince = null;
    updateStatus();
  }

  /** The results to retry now; empty if there are none. */
  List<CompletedRecord> retryBatch(int maxSize, long maxBytes) {
    return System.nanoTime() - nextRetryNanos < 0
        ? List.of()
        : PendingResults.firstOf(waiting.keySet(), Math.min(retrySize, maxSize), maxBytes);
  }

  /** Takes a result without a try if it is for a topic that takes no records. */
  boolean addIfTopicFails(CompletedRecord result) {
    boolean fails = topics(List.of(result)).anyMatch(failingTopics::contains);
    if (fails) {
      waiting.put(result, clock.instant());
    }
    return fails;
  }

  /** Forgets and returns the results of partitions that are not assigned any more. */
  List<CompletedRecord> removeIf(Predicate<CompletedRecord> condition) {
    List<CompletedRecord> removed = waiting.keySet().stream().filter(condition).toList();
    remove(removed);
    return removed;
  }

  /** Forgets results that turned out to be published. */
  void remove(Collection<CompletedRecord> results) {
    if (waiting.keySet().removeAll(results)) {
      updateStatus();
    }
  }

  /**
   * A transaction has failed, and none of it is committed.
   *
   * @param results of the transaction: all of them retried ones, or none
   * @param duration of the transaction
   * @return the results that are not the cause, if they did not wait here before
   */
  List<CompletedRecord> onFailure(
      List<CompletedRecord> results, Throwable cause, Duration duration) {
    lastError = String.valueOf(cause.getMessage());
    boolean isRetry = results.stream().anyMatch(waiting::containsKey);
    List<CompletedRecord> causes = causes(results, cause);
    for (CompletedRecord result : causes) {
      Instant since = waiting.remove(result);
      waiting.put(result, since == null ? clock.instant() : since);
    }
    retrySize = 1;
    long now = System.nanoTime();
    considerateRetryNanos = now + PAUSE_FACTOR * duration.toNanos();
    if (isRetry && causes.size() == results.size()) {
      failures++;
      nextRetryNanos = now + pause(failures).toNanos();
    }
    updateStatus();
    List<CompletedRecord> others = new ArrayList<>(results);
    others.removeAll(waiting.keySet());
    return others;
  }

  /** A transaction with these results is committed. */
  void onPublished(List<CompletedRecord> results) {
    if (waiting.isEmpty()) {
      return;
    }
    topics(results).forEach(failingTopics::remove);
    if (waiting.keySet().removeAll(results)) {
      failures = 0;
      retrySize = Math.min(2 * retrySize, MAX_RETRY_SIZE);
      updateStatus();
    } else if (nextRetryNanos - considerateRetryNanos < 0) {
      nextRetryNanos = considerateRetryNanos;
    }
  }

  private List<CompletedRecord> causes(List<CompletedRecord> results, Throwable cause) {
    if (!(cause instanceof PublishException rejection)) {
      return results;
    }
    if (!rejection.isTopicFailure()) {
      Set<ProducerRecord<byte[], byte[]>> rejected =
          Collections.newSetFromMap(new IdentityHashMap<>());
      rejected.addAll(rejection.rejected());
      return results.stream()
          .filter(r -> r.records().stream().anyMatch(rejected::contains))
          .toList();
    }
    rejection.rejected().forEach(record -> failingTopics.add(record.topic()));
    return results.stream()
        .filter(result -> topics(List.of(result)).anyMatch(failingTopics::contains))
        .toList();
  }

  private static Stream<String> topics(List<CompletedRecord> results) {
    return results.stream().flatMap(r -> r.records().stream()).map(ProducerRecord::topic);
  }

  private void updateStatus() {
    Optional<Instant> since =
        Stream.concat(waiting.values().stream(), Stream.ofNullable(unresolvedSince))
            .min(Instant::compareTo);
    String text =
        unresolvedSince == null
            ? "%s wait for another try, others are published; %s"
                .formatted(waiting.size(), lastError)
            : "the broker completes no transaction: " + lastError;
    status = since.map(first -> new Status(first, text)).orElse(null);
  }

  private boolean isPastTolerance(Instant since) {
    return clock.instant().isAfter(since.plus(TOLERANCE));
  }
}
