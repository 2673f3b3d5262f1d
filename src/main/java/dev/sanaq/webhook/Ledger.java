package dev.sanaq.webhook;

import dev.sanaq.event.Publisher;
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
final class Ledger implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Ledger.class);

  private final Consumer<byte[], byte[]> consumer;
  private final Publisher publisher;
  private final DeliveryLog log;
  private final List<ProducerRecord<byte[], byte[]>> states = new ArrayList<>();
  private final List<ProducerRecord<byte[], byte[]>> fresh = new ArrayList<>();
  private final Map<TopicPartition, Long> firstRead = new HashMap<>();
  private final Map<TopicPartition, OffsetAndMetadata> read = new HashMap<>();

  /**
   * @param consumer stays its maker's to close
   * @param publisher the ledger's to use and to close from now on
   */
  Ledger(Consumer<byte[], byte[]> consumer, Publisher publisher, DeliveryLog log) {
    this.consumer = consumer;
    this.publisher = publisher;
    this.log = log;
  }

  /** An event has been read, whether or not it asks for a delivery. */
  void eventRead(TopicPartition partition, long offset) {
    firstRead.putIfAbsent(partition, offset);
    read.put(partition, new OffsetAndMetadata(offset + 1));
  }

  /** A delivery that an event asks for. */
  void add(Delivery delivery) {
    fresh.add(log.record(delivery));
  }

  /** A delivery's new state. */
  void change(Delivery delivery) {
    states.add(log.record(delivery));
  }

  /** A delivery that may be forgotten. */
  void forget(String id) {
    states.add(log.tombstone(id));
  }

  /**
   * Writes all of it; nothing where there is nothing.
   *
   * @return whether it is written
   */
  boolean write() {
    if (states.isEmpty() && read.isEmpty()) {
      return true;
    }
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>(fresh);
    records.addAll(states);
    try {
      publish(records);
      states.clear();
      return true;
    } catch (KafkaException e) {
      LOG.warnf("%d delivery records are not written yet: %s", records.size(), e.getMessage());
      readAgain();
      return false;
    } finally {
      fresh.clear();
      read.clear();
      firstRead.clear();
    }
  }

  /**
   * Writes what is left before partitions go to another, or this ends. In the middle of a rebalance
   * the coordinator may know this member under a later number than the consumer does and refuse it;
   * but nobody else gets the partitions before this returns, so the states may go without its
   * consent.
   */
  void writeBeforeLeaving() {
    if (write() || states.isEmpty()) {
      return;
    }
    try {
      publisher.publish(List.copyOf(states), Map.of(), consumer.groupMetadata());
      states.clear();
    } catch (KafkaException e) {
      LOG.warnf("%d states are lost, their attempts come twice: %s", states.size(), e.getMessage());
    }
  }

  /** Drops what belongs to partitions of the deliveries' topic that are another's now. */
  void drop(Collection<Integer> partitions) {
    states.removeIf(record -> partitions.contains(record.partition()));
  }

  @Override
  public void close() {
    publisher.close();
  }

  // One that its topic does not take must not keep all others from theirs.
  private void publish(List<ProducerRecord<byte[], byte[]>> records) {
    try {
      publisher.publish(records, offsets(), consumer.groupMetadata());
    } catch (RecordTooLargeException e) {
      ProducerRecord<byte[], byte[]> largest =
          Collections.max(records, Comparator.comparingInt(Ledger::length));
      LOG.errorf(
          "delivery %s is given up, for %s takes no such length: %s",
          new String(largest.key(), StandardCharsets.UTF_8), largest.topic(), e.getMessage());
      records.remove(largest);
      publish(records);
    }
  }

  private static int length(ProducerRecord<byte[], byte[]> record) {
    return record.value() == null ? 0 : record.value().length;
  }

  // An offset of every partition written to goes along, although nobody reads it: so the group's
  // coordinator refuses whoever has lost the partition without knowing.
  private Map<TopicPartition, OffsetAndMetadata> offsets() {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(read);
    for (ProducerRecord<byte[], byte[]> record : states) {
      TopicPartition partition = new TopicPartition(record.topic(), record.partition());
      if (consumer.assignment().contains(partition)) {
        offsets.put(partition, new OffsetAndMetadata(consumer.position(partition)));
      }
    }
    return offsets;
  }

  // Whatever of it was written after all is known again by its id.
  private void readAgain() {
    firstRead.forEach(
        (partition, offset) -> {
          if (consumer.assignment().contains(partition)) {
            consumer.seek(partition, offset);
          }
        });
  }
}
