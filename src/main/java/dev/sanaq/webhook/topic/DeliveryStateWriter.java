package dev.sanaq.webhook.topic;

import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.event.PublishException;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.webhook.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Writes new deliveries and delivery states to the delivery topic, in one transaction with the
 * offsets of the events read. After a failure, states are kept for the next flush, and events are
 * read again. One thread, the consumer's.
 */
public final class DeliveryStateWriter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DeliveryStateWriter.class);

  private final ReplaceableConsumer consumer;
  private final TransactionalPublisher publisher;
  private final DeliveryTopic deliveryTopic;
  private final List<ProducerRecord<byte[], byte[]>> pendingStates = new ArrayList<>();
  private final List<ProducerRecord<byte[], byte[]>> newDeliveries = new ArrayList<>();
  private final Map<TopicPartition, Long> firstReadOffsets = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> nextOffsets = new HashMap<>();

  /**
   * @param consumer the caller closes it
   * @param publisher this writer closes it
   */
  public DeliveryStateWriter(
      ReplaceableConsumer consumer, TransactionalPublisher publisher, DeliveryTopic deliveryTopic) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.deliveryTopic = deliveryTopic;
  }

  /** Records the offset of an event, with or without a delivery. */
  void onEventRead(TopicPartition partition, long offset) {
    firstReadOffsets.putIfAbsent(partition, offset);
    nextOffsets.put(partition, new OffsetAndMetadata(offset + 1));
  }

  /** Adds the delivery of an event. */
  void addDelivery(Delivery delivery) {
    newDeliveries.add(deliveryTopic.toRecord(delivery));
  }

  /** Adds a new state of a delivery. */
  public void addState(Delivery delivery) {
    pendingStates.add(deliveryTopic.toRecord(delivery));
  }

  /** Adds the tombstone of a delivery that has expired. */
  public void addTombstone(String id) {
    pendingStates.add(deliveryTopic.tombstone(id));
  }

  /**
   * Writes everything that was added, in one transaction; blocks.
   *
   * @return whether nothing is pending
   */
  public boolean flush() {
    if (pendingStates.isEmpty() && nextOffsets.isEmpty()) {
      return true;
    }
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(newDeliveries);
    records.addAll(pendingStates);
    try {
      publish(records);
      pendingStates.clear();
      return true;
    } catch (KafkaException e) {
      LOG.warnf(
          "could not write %d delivery records and the events' offsets; retrying: %s",
          records.size(), e.getMessage());
      seekBack();
      return false;
    } finally {
      newDeliveries.clear();
      nextOffsets.clear();
      firstReadOffsets.clear();
    }
  }

  /**
   * Writes everything before partitions are revoked, or on shutdown. During a rebalance the
   * coordinator may have a newer generation than the consumer and reject the offsets; then the
   * states are written without offsets, which is safe because no other member gets the partitions
   * before this returns.
   */
  public void flushOnRevoke() {
    if (flush() || pendingStates.isEmpty()) {
      return;
    }
    try {
      publisher.publish(List.copyOf(pendingStates), Map.of(), consumer.get().groupMetadata());
      pendingStates.clear();
    } catch (KafkaException e) {
      LOG.warnf(
          "could not save %d delivery states; those deliveries will be repeated: %s",
          pendingStates.size(), e.getMessage());
    }
  }

  /**
   * Drops what was read from, and is to be written to, partitions that are not assigned any more.
   */
  void discard(Collection<TopicPartition> partitions) {
    pendingStates.removeIf(
        record -> partitions.contains(new TopicPartition(record.topic(), record.partition())));
    nextOffsets.keySet().removeAll(partitions);
    firstReadOffsets.keySet().removeAll(partitions);
    if (nextOffsets.isEmpty()) {
      newDeliveries.clear(); // their events are read again by the partitions' next owner
    }
  }

  @Override
  public void close() {
    publisher.close();
  }

  // A record that is too large must not block the others.
  private void publish(List<ProducerRecord<byte[], byte[]>> records) {
    try {
      publisher.publish(records, offsetsToCommit(), consumer.get().groupMetadata());
    } catch (PublishException e) {
      if (!e.isTooLarge()) {
        throw e;
      }
      for (ProducerRecord<byte[], byte[]> rejected : e.rejected()) {
        LOG.errorf(
            "delivery %s is dropped: %s",
            new String(rejected.key(), StandardCharsets.UTF_8), e.getMessage());
        records.removeIf(record -> record == rejected);
      }
      publish(records);
    }
  }

  // Fencing: also commit an offset for each delivery partition, so that the coordinator rejects a
  // zombie.
  private Map<TopicPartition, OffsetAndMetadata> offsetsToCommit() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(nextOffsets);
    for (ProducerRecord<byte[], byte[]> record : pendingStates) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (consumer.get().assignment().contains(partition)) {
        offsets.put(partition, new OffsetAndMetadata(consumer.get().position(partition)));
      }
    }
    return offsets;
  }

  // Deliveries that were written anyway are recognized by their id.
  private void seekBack() {
    firstReadOffsets.forEach(
        (partition, offset) -> {
          if (consumer.get().assignment().contains(partition)) {
            consumer.get().seek(partition, offset);
          }
        });
  }
}
