package dev.sanaq.webhook.topic;

import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.webhook.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jboss.logging.Logger;

/**
 * What is to be written to the deliveries' topic next, in one transaction with the events read.
 * What could not be written waits: states for the next time, events to be read again. One thread,
 * the consumer's.
 */
public final class DeliveryStateWriter implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(DeliveryStateWriter.class);

  private final Consumer<byte[], byte[]> consumer;
  private final TransactionalPublisher publisher;
  private final DeliveryTopic deliveryTopic;
  private final List<ProducerRecord<byte[], byte[]>> pendingStates = new ArrayList<>();
  private final List<ProducerRecord<byte[], byte[]>> newDeliveries = new ArrayList<>();
  private final Map<TopicPartition, Long> firstReadOffsets = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> nextOffsets = new HashMap<>();

  /**
   * @param consumer stays its maker's to close
   * @param publisher the ledger's to use and to close from now on
   */
  public DeliveryStateWriter(
      Consumer<byte[], byte[]> consumer, TransactionalPublisher publisher, DeliveryTopic log) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.deliveryTopic = log;
  }

  /** An event has been read, whether or not it asks for a delivery. */
  void onEventRead(TopicPartition partition, long offset) {
    firstReadOffsets.putIfAbsent(partition, offset);
    nextOffsets.put(partition, new OffsetAndMetadata(offset + 1));
  }

  /** A delivery that an event asks for. */
  void addDelivery(Delivery delivery) {
    newDeliveries.add(deliveryTopic.toRecord(delivery));
  }

  /** A delivery's new state. */
  public void addState(Delivery delivery) {
    pendingStates.add(deliveryTopic.toRecord(delivery));
  }

  /** A delivery that may be forgotten. */
  public void addTombstone(String id) {
    pendingStates.add(deliveryTopic.tombstone(id));
  }

  /**
   * Writes all of it; nothing where there is nothing.
   *
   * @return whether it is written
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
      LOG.warnf("%d delivery records are not written yet: %s", records.size(), e.getMessage());
      seekBack();
      return false;
    } finally {
      newDeliveries.clear();
      nextOffsets.clear();
      firstReadOffsets.clear();
    }
  }

  /**
   * Writes what is left before partitions go to another, or this ends. In the middle of a rebalance
   * the coordinator may know this member under a later number than the consumer does and refuse it;
   * but nobody else gets the partitions before this returns, so the states may go without its
   * consent.
   */
  public void flushOnRevoke() {
    if (flush() || pendingStates.isEmpty()) {
      return;
    }
    try {
      publisher.publish(List.copyOf(pendingStates), Map.of(), consumer.groupMetadata());
      pendingStates.clear();
    } catch (KafkaException e) {
      LOG.warnf(
          "%d states are lost, their attempts come twice: %s",
          pendingStates.size(), e.getMessage());
    }
  }

  /** Drops what belongs to partitions of the deliveries' topic that are another's now. */
  void discard(Collection<Integer> partitions) {
    pendingStates.removeIf(record -> partitions.contains(record.partition()));
  }

  @Override
  public void close() {
    publisher.close();
  }

  // One that its topic does not take must not keep all others from theirs.
  private void publish(List<ProducerRecord<byte[], byte[]>> records) {
    try {
      publisher.publish(records, offsetsToCommit(), consumer.groupMetadata());
    } catch (RecordTooLargeException e) {
      ProducerRecord<byte[], byte[]> largest =
          Collections.max(records, Comparator.comparingInt(DeliveryStateWriter::valueLength));
      LOG.errorf(
          "delivery %s is given up, for %s takes no such length: %s",
          new String(largest.key(), StandardCharsets.UTF_8), largest.topic(), e.getMessage());
      records.remove(largest);
      publish(records);
    }
  }

  private static int valueLength(ProducerRecord<byte[], byte[]> record) {
    return record.value() == null ? 0 : record.value().length;
  }

  // An offset of every partition written to goes along, although nobody reads it: so the group's
  // coordinator refuses whoever has lost the partition without knowing.
  private Map<TopicPartition, OffsetAndMetadata> offsetsToCommit() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(nextOffsets);
    for (ProducerRecord<byte[], byte[]> record : pendingStates) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (consumer.assignment().contains(partition)) {
        offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
      }
    }
    return offsets;
  }

  // Whatever of it was written after all is known again by its id.
  private void seekBack() {
    firstReadOffsets.forEach(
        (partition, offset) -> {
          if (consumer.assignment().contains(partition)) {
            consumer.seek(partition, offset);
          }
        });
  }
}
