package dev.sanaq.webhook.topic;

import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.queue.DeliveryIndexEntry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads single deliveries back from their topic. Any number of threads, one at a time. */
public final class DeliveryBodyReader implements AutoCloseable {
  private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;

  /**
   * @param consumer in no group; the fetcher's to use and to close from now on
   */
  public DeliveryBodyReader(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  /** The delivery whose record lies there; none where it does not any more. */
  public synchronized Optional<Delivery> fetch(DeliveryIndexEntry entry) {
    TopicPartition partition = new TopicPartition(topic, entry.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, entry.offset());
    long until = System.nanoTime() + FETCH_TIMEOUT.toNanos();
    while (System.nanoTime() - until < 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        // Compaction leaves a gap where a later record has taken the place.
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
