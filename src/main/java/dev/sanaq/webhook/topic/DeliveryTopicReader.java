package dev.sanaq.webhook.topic;

import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.StateChangeCause;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import dev.sanaq.webhook.queue.DeliveryQueue;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Dispatches the consumed records: events become new deliveries, and delivery records update the
 * queue. A partition of the delivery topic is read from its beginning; it is catching up until it
 * reaches the end that it had when it was assigned. One thread, the consumer's.
 */
public final class DeliveryTopicReader implements AutoCloseable {
  private final ReplaceableConsumer consumer;
  private final Consumer<byte[], byte[]> endOffsetConsumer;
  private final String topic;
  private final DeliveryFactory deliveryFactory;
  private final DeliveryQueue queue;
  private final DeliveryStateWriter stateWriter;
  private final Set<TopicPartition> assigned = new HashSet<>();
  private final Map<TopicPartition, Long> catchingUp = new HashMap<>();

  /**
   * @param endOffsetConsumer reads end offsets, pending transactions included: the last transaction
   *     of the previous owner is committed, but may not be visible yet; this reader closes it
   * @param topic the delivery topic
   */
  public DeliveryTopicReader(
      ReplaceableConsumer consumer,
      Consumer<byte[], byte[]> endOffsetConsumer,
      String topic,
      DeliveryFactory deliveryFactory,
      DeliveryQueue queue,
      DeliveryStateWriter stateWriter) {
    this.consumer = consumer;
    this.endOffsetConsumer = endOffsetConsumer;
    this.topic = topic;
    this.deliveryFactory = deliveryFactory;
    this.queue = queue;
    this.stateWriter = stateWriter;
  }

  /** Applies a record of the event topic or the delivery topic. */
  public void dispatch(ConsumerRecord<byte[], byte[]> record) {
    if (record.topic().equals(topic)) {
      apply(record);
    } else {
      deliveryFactory.fromRecord(record).ifPresent(stateWriter::addDelivery);
      stateWriter.onEventRead(
          new TopicPartition(record.topic(), record.partition()), record.offset());
    }
  }

  /** Partitions have been assigned. */
  public void onAssigned(Collection<TopicPartition> partitions) {
    assigned.addAll(partitions);
    Collection<TopicPartition> deliveries = filterDeliveryPartitions(partitions);
    if (deliveries.isEmpty()) {
      return; // seekToBeginning of no partitions would rewind all of them
    }
    consumer.get().seekToBeginning(deliveries);
    catchingUp.putAll(endOffsetConsumer.endOffsets(deliveries));
  }

  /** Partitions have been revoked. */
  public void onRevoked(Collection<TopicPartition> partitions) {
    stateWriter.discard(partitions);
    queue.removePartitions(deliveryPartitions(partitions));
    catchingUp.keySet().removeAll(partitions);
    assigned.removeAll(partitions);
  }

  /** Whether any of the partitions is assigned, and neither revoked nor lost since. */
  public boolean isAnyAssigned(Collection<TopicPartition> partitions) {
    return !Collections.disjoint(assigned, partitions);
  }

  /** All partitions are lost: the broker refuses the member. */
  public void onAllLost() {
    onRevoked(Set.copyOf(assigned));
  }

  /** Updates and returns the delivery partitions that are still catching up. */
  public Set<Integer> updateCatchingUp() {
    catchingUp.entrySet().removeIf(end -> consumer.get().position(end.getKey()) >= end.getValue());
    return deliveryPartitions(catchingUp.keySet());
  }

  /** The numbers of the delivery partitions among the partitions. */
  public Set<Integer> deliveryPartitions(Collection<TopicPartition> partitions) {
    return filterDeliveryPartitions(partitions).stream()
        .map(TopicPartition::partition)
        .collect(Collectors.toSet());
  }

  @Override
  public void close() {
    endOffsetConsumer.close();
  }

  private Collection<TopicPartition> filterDeliveryPartitions(
      Collection<TopicPartition> partitions) {
    return partitions.stream().filter(partition -> partition.topic().equals(topic)).toList();
  }

  private void apply(ConsumerRecord<byte[], byte[]> record) {
    String id = DeliveryTopic.idOf(record);
    if (record.value() == null) {
      queue.remove(id);
      return;
    }
    DeliveryTopic.parse(record)
        .filter(delivery -> delivery.id().equals(id))
        .ifPresent(delivery -> apply(delivery, record));
  }

  private void apply(Delivery delivery, ConsumerRecord<byte[], byte[]> record) {
    DeliveryIndexEntry entry =
        DeliveryIndexEntry.of(delivery, record.partition(), record.offset(), record.value().length);
    Optional<DeliveryIndexEntry> known = queue.find(delivery.id());
    if (delivery.cause() == StateChangeCause.EVENT && known.isPresent()) {
      onDuplicateEvent(delivery, known.get(), entry);
      return;
    }
    if (known.isPresent() && isStale(known.get(), delivery)) {
      queue.put(known.get().withRecord(entry.offset(), entry.bytes()));
      return;
    }
    queue.put(entry);
    if (delivery.cause() == StateChangeCause.ATTEMPT) {
      queue.release(delivery.id());
    }
  }

  // A state from before the current attempt says nothing about it, and must not start a second
  // attempt.
  private boolean isStale(DeliveryIndexEntry known, Delivery delivery) {
    return delivery.cause() == StateChangeCause.ATTEMPT
        && queue.isInFlight(known.id())
        && delivery.attempts() <= known.attempts();
  }

  // Compaction may remove all but this last record, so the current state is written again after it.
  // For a delivery in flight the result of the attempt will be written.
  private void onDuplicateEvent(
      Delivery delivery, DeliveryIndexEntry known, DeliveryIndexEntry repeated) {
    queue.put(known.withRecord(repeated.offset(), repeated.bytes()));
    if (!queue.isInFlight(known.id())
        && !catchingUp.containsKey(new TopicPartition(topic, known.partition()))) {
      stateWriter.addState(delivery.withState(known.status(), known.attempts(), known.due()));
    }
  }
}
