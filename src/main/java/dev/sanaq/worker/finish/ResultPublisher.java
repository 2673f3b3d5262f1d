package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.retry.Backoff;
import dev.sanaq.worker.finish.PendingResults.CompletedRecord;
import dev.sanaq.worker.observe.WorkerMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;

/**
 * Publishes results and commits offsets in one Kafka transaction, one transaction at a time. The
 * consumer thread alone calls it.
 *
 * <pre>{@code
 *          start                 committed
 * Idle ------------> InTransaction -------> Idle
 *                      |       ^
 *    failed or unknown |       | pause over, and the committed offsets
 *                      v       | were read from the broker
 *                      RetryWait ---------> Idle, if all of it was committed
 * }</pre>
 */
public final class ResultPublisher {
  private static final Logger LOG = Logger.getLogger(ResultPublisher.class);
  private static final int MAX_BATCH = 500;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(50);
  // A transaction costs the broker a marker in every partition that it touches, independent of its
  // size:
  // under load there are few and large ones, and a single result does not wait.
  private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

  private final ReplaceableConsumer consumer;
  private final PartitionTrackers trackers;
  private final PendingResults pendingResults;
  private final TransactionRunner transactions;
  private final WorkerMetrics metrics;
  private final Backoff backoff;

  /** The results of the transaction that runs or has failed; empty when idle. */
  private List<CompletedRecord> unpublished = List.of();

  private State state = new State.Idle();
  private int failures;
  private long lastStartNanos = System.nanoTime() - MIN_INTERVAL.toNanos();

  /** The state, as the diagram has it. */
  private sealed interface State {
    record Idle() implements State {}

    record InTransaction(Future<?> transaction) implements State {}

    /**
     * @param untilNanos by {@link System#nanoTime}
     */
    record RetryWait(long untilNanos) implements State {}
  }

  /**
   * @param maxBackoff the longest pause between retries; they start at 50 ms and double
   */
  public ResultPublisher(
      ReplaceableConsumer consumer,
      PartitionTrackers trackers,
      PendingResults pendingResults,
      TransactionRunner transactions,
      WorkerMetrics metrics,
      Duration maxBackoff) {
    this.consumer = consumer;
    this.trackers = trackers;
    this.pendingResults = pendingResults;
    this.transactions = transactions;
    this.metrics = metrics;
    this.backoff = Backoff.exponential(INITIAL_BACKOFF, maxBackoff).withJitter(0);
  }

  /** Whether no result waits to be published. */
  public boolean isDrained() {
    return unpublished.isEmpty() && pendingResults.isEmpty();
  }

  /** Whether the last transaction failed. */
  public boolean isFailing() {
    return failures > 0;
  }

  /** Completes the transaction that has ended and starts the next one; does not block on it. */
  public void publish() {
    if (state instanceof State.InTransaction running && running.transaction().isDone()) {
      completeTransaction(running.transaction());
    }
    if (System.nanoTime() - lastStartNanos >= MIN_INTERVAL.toNanos()) {
      startNextTransaction();
    }
  }

  /** Publishes all pending results; blocks until they are committed or a transaction has failed. */
  public void flush() {
    startNextTransaction();
    while (state instanceof State.InTransaction || (!isFailing() && !isDrained())) {
      if (state instanceof State.InTransaction running) {
        completeTransaction(running.transaction());
      }
      startNextTransaction();
    }
  }

  /** Completes the running transaction and closes the producers. */
  public void close() {
    try {
      if (state instanceof State.InTransaction running) {
        completeTransaction(running.transaction());
      }
    } finally {
      transactions.close();
    }
  }

  private void startNextTransaction() {
    if (state instanceof State.InTransaction
        || isDrained()
        || (state instanceof State.RetryWait wait && System.nanoTime() - wait.untilNanos() < 0)) {
      return;
    }
    try {
      resolveUnknownCommit();
      startTransaction(unpublished.isEmpty() ? pendingResults.pollBatch(MAX_BATCH) : unpublished);
    } catch (RuntimeException e) {
      scheduleRetry(e);
    }
  }

  private void startTransaction(List<CompletedRecord> batch) {
    unpublished = batch.stream().filter(trackers::isCurrentAssignment).toList();
    if (unpublished.isEmpty()) {
      becomeIdle();
      return;
    }
    ConsumerGroupMetadata group = consumer.get().groupMetadata();
    unpublished.forEach(result -> result.offsetTracker().markDone(result.offset()));
    lastStartNanos = System.nanoTime();
    state =
        new State.InTransaction(
            transactions.start(unpublished, offsetsToCommit(unpublished), group));
  }

  private void completeTransaction(Future<?> transaction) {
    state = new State.RetryWait(System.nanoTime());
    try {
      transaction.get();
      becomeIdle();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      unpublished.forEach(result -> result.offsetTracker().reopen(result.offset()));
      scheduleRetry(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void becomeIdle() {
    unpublished = List.of();
    failures = 0;
    state = new State.Idle();
  }

  private void scheduleRetry(Throwable cause) {
    failures++;
    Duration delay = backoff.delay(failures);
    LOG.warnf(
        cause, "transaction failed, %d results pending; retrying in %s", unpublished.size(), delay);
    metrics.countPublishRetry();
    state = new State.RetryWait(System.nanoTime() + delay.toNanos());
  }

  // The failed transaction may have been committed, and only the response was lost.
  private void resolveUnknownCommit() {
    if (unpublished.isEmpty()) {
      return;
    }
    transactions.completePending();
    List<CompletedRecord> current =
        unpublished.stream().filter(trackers::isCurrentAssignment).toList();
    if (current.isEmpty()) {
      unpublished = List.of();
      return;
    }
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer.get().committed(partitions(current));
    List<CompletedRecord> open = new ArrayList<>();
    for (CompletedRecord result : current) {
      if (OffsetTracker.isDone(committed.get(result.partition()), result.offset())) {
        result.offsetTracker().markDone(result.offset());
      } else {
        open.add(result);
      }
    }
    unpublished = open;
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsetsToCommit(
      List<CompletedRecord> batch) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    batch.forEach(
        result ->
            offsets.computeIfAbsent(
                result.partition(), p -> result.offsetTracker().offsetToCommit()));
    return offsets;
  }

  private static Set<TopicPartition> partitions(List<CompletedRecord> batch) {
    return batch.stream().map(CompletedRecord::partition).collect(Collectors.toSet());
  }
}
