package dev.sanaq.webhook.topic;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.TopicReader;
import dev.sanaq.webhook.Delivery;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.utils.Utils;
import org.jboss.logging.Logger;

/**
 * The delivery topic, a compacted topic: the last record of a delivery is its state. All deliveries
 * of a job are in one partition, and so on one instance. Any number of threads.
 *
 * @param name the topic's name
 * @param partitionCount its number of partitions
 */
public record DeliveryTopic(String name, int partitionCount) {
  private static final Logger LOG = Logger.getLogger(DeliveryTopic.class);

  /**
   * Reads the number of partitions from the broker.
   *
   * @throws IllegalStateException if the topic does not exist
   */
  public static DeliveryTopic of(Consumer<byte[], byte[]> consumer, String topic) {
    String remedy = "create it with cleanup.policy=compact, or set sanaq.topics.webhook-deliveries";
    return new DeliveryTopic(topic, TopicReader.partitions(consumer, topic, remedy).size());
  }

  /** The partition of a job's deliveries: Kafka's default partitioning of the job id. */
  int partitionOf(String job) {
    return Utils.toPositive(Utils.murmur2(bytes(job))) % partitionCount;
  }

  /** The record of a delivery state. */
  ProducerRecord<byte[], byte[]> toRecord(Delivery delivery) {
    return new ProducerRecord<>(
        name, partitionOf(delivery.job()), bytes(delivery.id()), Json.write(delivery));
  }

  /** The record that lets compaction remove a delivery. */
  @SuppressWarnings("NullAway") // a tombstone has no value
  ProducerRecord<byte[], byte[]> tombstone(String id) {
    return new ProducerRecord<>(name, partitionOf(Delivery.jobOf(id)), bytes(id), null);
  }

  /** The delivery id of a record; empty without a key. */
  static String idOf(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
  }

  /** The delivery state of a record; empty for a tombstone or an invalid record. */
  static Optional<Delivery> parse(ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.read(record.value(), Delivery.class));
    } catch (BadJsonException e) {
      LOG.warnf(
          "%s-%d@%d is no delivery: %s",
          record.topic(), record.partition(), record.offset(), e.getMessage());
      return Optional.empty();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
