package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.worker.observe.WorkerMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Publishes what has ended together with how far its partitions are, one transaction at a time,
 * while the consumer reads on. What could not be published is kept, and before the next try the
 * broker is asked whether it was after all. The consumer's thread alone calls it.
 */
public final class ResultPublisher {
  private static final Logger LOG = Logger.getLogger(ResultPublisher.class);
  private static final int MAX_BATCH = 500;
  private static final Duration INITIAL_BACKOFF = Duration.ofMillis(50);
  // Each costs the broker a marker in every partition that it touches, however much is in it: with
  // much to publish few are made, and one that comes alone waits for nothing.
  private static final Duration MIN_INTERVAL = Duration.ofMillis(10);

  private final Consumer<byte[], byte[]> consumer;
  private final TransactionalPublisher publisher;
  private final ProgressPublisher progressPublisher;
  private final PendingResults pendingResults;
  private final WorkerMetrics metrics;
  private final ExecutorService executor;
  private final Duration maxBackoff;
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();
  private List<PendingResults.CompletedRecord> unpublished = List.of();
  private @Nullable Future<?> currentTransaction;
  private Duration backoff = INITIAL_BACKOFF;
  private long nextAttemptNanos;
  private long lastStartNanos = System.nanoTime() - MIN_INTERVAL.toNanos();
  private boolean failing;

  /**
   * @param thread where transactions are waited for; its maker's to end
   * @param retryPause between tries at most
   */
  public ResultPublisher(
      Consumer<byte[], byte[]> consumer,
      TransactionalPublisher publisher,
      ProgressPublisher live,
      PendingResults outbox,
      WorkerMetrics meters,
      ExecutorService thread,
      Duration retryPause) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.progressPublisher = live;
    this.pendingResults = outbox;
    this.metrics = meters;
    this.executor = thread;
    this.maxBackoff = retryPause;
  }

  /**
   * Begins with partitions, from what was committed for them.
   *
   * @throws KafkaException where the broker does not tell
   */
  public void startTracking(Collection<TopicPartition> partitions) {
    Set<TopicPartition> unknown = new HashSet<>(partitions);
    unknown.removeAll(trackers.keySet());
    if (!unknown.isEmpty()) {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(unknown);
      unknown.forEach(p -> trackers.put(p, OffsetTracker.from(committed.get(p))));
    }
  }

  /** How far an opened partition is. */
  public OffsetTracker tracker(TopicPartition partition) {
    OffsetTracker lease = trackers.get(partition);
    if (lease == null) {
      throw new IllegalStateException(partition + " was not opened");
    }
    return lease;
  }

  /** Partitions are not this worker's any more: nothing of them is published from now on. */
  public void stopTracking(Collection<TopicPartition> partitions) {
    partitions.forEach(trackers::remove);
  }

  /** Partitions with so many open records that no more should be read. */
  public Set<TopicPartition> fullPartitions() {
    return trackers.entrySet().stream()
        .filter(entry -> entry.getValue().isFull())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Whether nothing waits to be published. */
  public boolean isDrained() {
    return unpublished.isEmpty() && pendingResults.isEmpty();
  }

  /** Whether the last try failed. */
  public boolean isFailing() {
    return failing;
  }

  /**
   * Goes on with publishing what has ended, without waiting for it; after a failure, not too soon.
   */
  public void publish() {
    if (currentTransaction != null && currentTransaction.isDone()) {
      completeTransaction(currentTransaction);
    }
    if (System.nanoTime() - lastStartNanos >= MIN_INTERVAL.toNanos()) {
      startNextTransaction();
    }
  }

  private void startNextTransaction() {
    if (currentTransaction != null
        || isDrained()
        || (failing && System.nanoTime() - nextAttemptNanos < 0)) {
      return;
    }
    try {
      resolveUnknownCommit();
      startTransaction(unpublished.isEmpty() ? pendingResults.pollBatch(MAX_BATCH) : unpublished);
    } catch (RuntimeException e) {
      scheduleRetry(e);
    }
  }

  /** Publishes what has ended; returns when it is published, or could not be. */
  public void flush() {
    startNextTransaction();
    while (currentTransaction != null || (!failing && !isDrained())) {
      if (currentTransaction != null) {
        completeTransaction(currentTransaction);
      }
      startNextTransaction();
    }
  }

  /** Publishes nothing any more. */
  public void close() {
    try {
      if (currentTransaction != null) {
        completeTransaction(currentTransaction);
      }
    } finally {
      publisher.close();
    }
  }

  private void startTransaction(List<PendingResults.CompletedRecord> batch) {
    unpublished = batch.stream().filter(this::isCurrentAssignment).toList();
    if (unpublished.isEmpty()) {
      return;
    }
    List<ProducerRecord<byte[], byte[]>> records =
        unpublished.stream().flatMap(ended -> ended.records().stream()).toList();
    List<Future<?>> told =
        unpublished.stream()
            .<Future<?>>map(PendingResults.CompletedRecord::lastProgressSend)
            .toList();
    ConsumerGroupMetadata group = consumer.groupMetadata();
    unpublished.forEach(ended -> ended.offsetTracker().markDone(ended.offset()));
    Map<TopicPartition, OffsetAndMetadata> positions = offsetsToCommit(unpublished);
    lastStartNanos = System.nanoTime();
    currentTransaction =
        executor.submit(
            () -> {
              // What was told of the beginnings has arrived before the ends do.
              progressPublisher.awaitSent(told);
              publisher.publish(records, positions, group);
            });
  }

  private void completeTransaction(Future<?> transaction) {
    currentTransaction = null;
    try {
      transaction.get();
      unpublished = List.of();
      backoff = INITIAL_BACKOFF;
      failing = false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      unpublished.forEach(ended -> ended.offsetTracker().reopen(ended.offset()));
      scheduleRetry(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void scheduleRetry(Throwable cause) {
    LOG.warnf(cause, "%d ends are not published yet", unpublished.size());
    metrics.countPublishRetry();
    failing = true;
    nextAttemptNanos = System.nanoTime() + backoff.toNanos();
    Duration longer = backoff.multipliedBy(2);
    backoff = longer.compareTo(maxBackoff) < 0 ? longer : maxBackoff;
  }

  // The last transaction may have gone through although it was not said so.
  private void resolveUnknownCommit() {
    if (unpublished.isEmpty()) {
      return;
    }
    publisher.completePendingTransactions();
    List<PendingResults.CompletedRecord> ours =
        unpublished.stream().filter(this::isCurrentAssignment).toList();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions(ours));
    List<PendingResults.CompletedRecord> open = new ArrayList<>();
    for (PendingResults.CompletedRecord ended : ours) {
      if (OffsetTracker.isDone(committed.get(ended.partition()), ended.offset())) {
        ended.offsetTracker().markDone(ended.offset());
      } else {
        open.add(ended);
      }
    }
    unpublished = open;
  }

  private boolean isCurrentAssignment(PendingResults.CompletedRecord ended) {
    return trackers.get(ended.partition()) == ended.offsetTracker();
  }

  private static Map<TopicPartition, OffsetAndMetadata> offsetsToCommit(
      List<PendingResults.CompletedRecord> batch) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    batch.forEach(
        ended ->
            positions.computeIfAbsent(
                ended.partition(), p -> ended.offsetTracker().offsetToCommit()));
    return positions;
  }

  private static Set<TopicPartition> partitions(List<PendingResults.CompletedRecord> batch) {
    return batch.stream()
        .map(PendingResults.CompletedRecord::partition)
        .collect(Collectors.toSet());
  }
}
