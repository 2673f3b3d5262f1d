package dev.sanaq.webhook.topic;

import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads single deliveries back from the delivery topic. Any number of threads, one at a time. */
public final class DeliveryBodyReader implements AutoCloseable {
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;

  /**
   * @param consumer a consumer without a group; this reader closes it
   */
  public DeliveryBodyReader(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  /** Reads the delivery of an index entry; empty if its record has been compacted, or after 5 s. */
  public synchronized Optional<Delivery> fetch(DeliveryIndexEntry entry) {
    TopicPartition partition = new TopicPartition(topic, entry.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, entry.offset());
    long deadline = System.nanoTime() + FETCH_TIMEOUT.toNanos();
    while (System.nanoTime() - deadline < 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        // After compaction the next record has a higher offset.
        return record.offset() == entry.offset() ? DeliveryTopic.parse(record) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }
}
