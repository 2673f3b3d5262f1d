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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Publishes what has ended together with how far its partitions are. What could not be published is
 * kept, and before the next try the broker is asked whether it was after all. One thread, the
 * consumer's.
 */
final class Ledger {
  private static final Logger LOG = Logger.getLogger(Ledger.class);
  private static final int MOST = 500;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final LiveEvents live;
  private final Outbox outbox;
  private final Meters meters;
  private final Duration retryPause;
  private final Map<TopicPartition, PartitionProgress> leases = new HashMap<>();
  private List<Outbox.Ended> unpublished = List.of();
  private Duration pause = FIRST_PAUSE;
  private long nextTry;

  /**
   * @param retryPause between tries at most
   */
  Ledger(
      Consumer<byte[], byte[]> consumer,
      Publisher publisher,
      LiveEvents live,
      Outbox outbox,
      Meters meters,
      Duration retryPause) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.live = live;
    this.outbox = outbox;
    this.meters = meters;
    this.retryPause = retryPause;
  }

  /**
   * Begins with partitions, from what was committed for them.
   *
   * @throws org.apache.kafka.common.KafkaException where the broker does not tell
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
    return !unpublished.isEmpty();
  }

  /** Publishes what has ended, unless a failure was just now. Blocks while the broker answers. */
  void publish() {
    if (isSettled() || (isTroubled() && System.nanoTime() - nextTry < 0)) {
      return;
    }
    try {
      reconcile();
      for (List<Outbox.Ended> batch = batch(); !batch.isEmpty(); batch = batch()) {
        publish(batch);
      }
      pause = FIRST_PAUSE;
    } catch (RuntimeException e) {
      LOG.warnf(e, "%d ends are not published yet", unpublished.size());
      meters.publishRetried();
      nextTry = System.nanoTime() + pause.toNanos();
      Duration longer = pause.multipliedBy(2);
      pause = longer.compareTo(retryPause) < 0 ? longer : retryPause;
    }
  }

  /** Publishes nothing any more. */
  void close() {
    publisher.close();
  }

  private List<Outbox.Ended> batch() {
    List<Outbox.Ended> batch = unpublished.isEmpty() ? outbox.take(MOST) : unpublished;
    return batch.stream().filter(this::isOurs).toList();
  }

  private void publish(List<Outbox.Ended> batch) {
    unpublished = batch;
    Map<TopicPartition, List<Long>> offsets = offsets(batch);
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    batch.forEach(ended -> records.addAll(ended.records()));
    // What was told of the beginnings has arrived before the ends do.
    live.flush();
    offsets.forEach((partition, done) -> lease(partition).finish(done));
    try {
      publisher.publish(records, positions(offsets.keySet()), consumer.groupMetadata());
      unpublished = List.of();
    } catch (RuntimeException e) {
      offsets.forEach((partition, done) -> lease(partition).reopen(done));
      throw e;
    }
  }

  // The last transaction may have gone through although it was not said so.
  private void reconcile() {
    if (unpublished.isEmpty()) {
      return;
    }
    publisher.settle();
    unpublished = unpublished.stream().filter(this::isOurs).toList();
    Set<TopicPartition> partitions = offsets(unpublished).keySet();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(partitions);
    List<Outbox.Ended> published =
        unpublished.stream()
            .filter(e -> PartitionProgress.isDone(committed.get(e.partition()), e.offset()))
            .toList();
    offsets(published).forEach((partition, done) -> lease(partition).finish(done));
    unpublished = unpublished.stream().filter(ended -> !published.contains(ended)).toList();
  }

  private boolean isOurs(Outbox.Ended ended) {
    return Optional.ofNullable(leases.get(ended.partition()))
        .filter(lease -> lease == ended.lease())
        .isPresent();
  }

  private Map<TopicPartition, OffsetAndMetadata> positions(Set<TopicPartition> partitions) {
    return partitions.stream().collect(Collectors.toMap(p -> p, p -> lease(p).position()));
  }

  private static Map<TopicPartition, List<Long>> offsets(List<Outbox.Ended> batch) {
    return batch.stream()
        .collect(
            Collectors.groupingBy(
                Outbox.Ended::partition,
                Collectors.mapping(Outbox.Ended::offset, Collectors.toList())));
  }
}
