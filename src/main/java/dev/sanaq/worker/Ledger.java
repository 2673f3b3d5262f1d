package dev.sanaq.worker;

import dev.sanaq.event.LiveEvents;
import dev.sanaq.event.Publisher;
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
final class Ledger {
  private static final Logger LOG = Logger.getLogger(Ledger.class);
  private static final int MOST = 500;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  // Each costs the broker a marker in every partition that it touches, however much is in it: with
  // much to publish few are made, and one that comes alone waits for nothing.
  private static final Duration APART = Duration.ofMillis(10);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final LiveEvents live;
  private final Outbox outbox;
  private final Meters meters;
  private final ExecutorService thread;
  private final Duration retryPause;
  private final Map<TopicPartition, PartitionProgress> leases = new HashMap<>();
  private List<Outbox.Ended> unpublished = List.of();
  private @Nullable Future<?> running;
  private Duration pause = FIRST_PAUSE;
  private long nextTry;
  private long begun = System.nanoTime() - APART.toNanos();
  private boolean troubled;

  /**
   * @param thread where transactions are waited for; its maker's to end
   * @param retryPause between tries at most
   */
  Ledger(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      LiveEvents live,
      Outbox outbox,
      Meters meters,
      ExecutorService thread,
      Duration retryPause) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.live = live;
    this.outbox = outbox;
    this.meters = meters;
    this.thread = thread;
    this.retryPause = retryPause;
  }

  /**
   * Begins with partitions, from what was committed for them.
   *
   * @throws KafkaException where the broker does not tell
   */
  void open(Collection<TopicPartition> partitions) {
    Set<TopicPartition> unknown = new HashSet<>(partitions);
    unknown.removeAll(leases.keySet());
    if (!unknown.isEmpty()) {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(unknown);
      unknown.forEach(p -> leases.put(p, PartitionProgress.from(committed.get(p))));
    }
  }

  /** How far an opened partition is. */
  PartitionProgress lease(TopicPartition partition) {
    PartitionProgress lease = leases.get(partition);
    if (lease == null) {
      throw new IllegalStateException(partition + " was not opened");
    }
    return lease;
  }

  /** Partitions are not this worker's any more: nothing of them is published from now on. */
  void release(Collection<TopicPartition> partitions) {
    partitions.forEach(leases::remove);
  }

  /** Partitions with so many open records that no more should be read. */
  Set<TopicPartition> full() {
    return leases.entrySet().stream()
        .filter(entry -> entry.getValue().isFull())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Whether nothing waits to be published. */
  boolean isSettled() {
    return unpublished.isEmpty() && outbox.isEmpty();
  }

  /** Whether the last try failed. */
  boolean isTroubled() {
    return troubled;
  }

  /**
   * Goes on with publishing what has ended, without waiting for it; after a failure, not too soon.
   */
  void publish() {
    if (running != null && running.isDone()) {
      conclude(running);
    }
    if (System.nanoTime() - begun >= APART.toNanos()) {
      beginNext();
    }
  }

  private void beginNext() {
    if (running != null || isSettled() || (troubled && System.nanoTime() - nextTry < 0)) {
      return;
    }
    try {
      reconcile();
      begin(unpublished.isEmpty() ? outbox.take(MOST) : unpublished);
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  /** Publishes what has ended; returns when it is published, or could not be. */
  void publishNow() {
    beginNext();
    while (running != null || (!troubled && !isSettled())) {
      if (running != null) {
        conclude(running);
      }
      beginNext();
    }
  }

  /** Publishes nothing any more. */
  void close() {
    try {
      if (running != null) {
        conclude(running);
      }
    } finally {
      publisher.close();
    }
  }

  private void begin(List<Outbox.Ended> batch) {
    unpublished = batch.stream().filter(this::isOurs).toList();
    if (unpublished.isEmpty()) {
      return;
    }
    List<ProducerRecord<byte[], byte[]>> records =
        unpublished.stream().flatMap(ended -> ended.records().stream()).toList();
    List<Future<?>> told = unpublished.stream().<Future<?>>map(Outbox.Ended::told).toList();
    ConsumerGroupMetadata group = consumer.groupMetadata();
    unpublished.forEach(ended -> ended.lease().finish(ended.offset()));
    Map<TopicPartition, OffsetAndMetadata> positions = positions(unpublished);
    begun = System.nanoTime();
    running =
        thread.submit(
            () -> {
              // What was told of the beginnings has arrived before the ends do.
              live.arrived(told);
              publisher.publish(records, positions, group);
            });
  }

  private void conclude(Future<?> transaction) {
    running = null;
    try {
      transaction.get();
      unpublished = List.of();
      pause = FIRST_PAUSE;
      troubled = false;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      unpublished.forEach(ended -> ended.lease().reopen(ended.offset()));
      failed(e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void failed(Throwable cause) {
    LOG.warnf(cause, "%d ends are not published yet", unpublished.size());
    meters.publishRetried();
    troubled = true;
    nextTry = System.nanoTime() + pause.toNanos();
    Duration longer = pause.multipliedBy(2);
    pause = longer.compareTo(retryPause) < 0 ? longer : retryPause;
  }

  // The last transaction may have gone through although it was not said so.
  private void reconcile() {
    if (unpublished.isEmpty()) {
      return;
    }
    publisher.settle();
    List<Outbox.Ended> ours = unpublished.stream().filter(this::isOurs).toList();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions(ours));
    List<Outbox.Ended> open = new ArrayList<>();
    for (Outbox.Ended ended : ours) {
      if (PartitionProgress.isDone(committed.get(ended.partition()), ended.offset())) {
        ended.lease().finish(ended.offset());
      } else {
        open.add(ended);
      }
    }
    unpublished = open;
  }

  private boolean isOurs(Outbox.Ended ended) {
    return leases.get(ended.partition()) == ended.lease();
  }

  private static Map<TopicPartition, OffsetAndMetadata> positions(List<Outbox.Ended> batch) {
    Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
    batch.forEach(
        ended -> positions.computeIfAbsent(ended.partition(), p -> ended.lease().position()));
    return positions;
  }

  private static Set<TopicPartition> partitions(List<Outbox.Ended> batch) {
    return batch.stream().map(Outbox.Ended::partition).collect(Collectors.toSet());
  }
}
