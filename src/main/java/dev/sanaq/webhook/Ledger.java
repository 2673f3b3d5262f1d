package dev.sanaq.webhook;

import dev.sanaq.event.Publisher;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
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
      publisher.publish(records, offsets(), consumer.groupMetadata());
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

  /** Drops what belongs to partitions of the deliveries' topic that are another's now. */
  void drop(Collection<Integer> partitions) {
    states.removeIf(record -> partitions.contains(record.partition()));
  }

  @Override
  public void close() {
    publisher.close();
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
