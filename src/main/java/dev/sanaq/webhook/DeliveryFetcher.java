package dev.sanaq.webhook;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads single deliveries back from their topic. Any number of threads, one at a time. */
final class DeliveryFetcher implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;

  /**
   * @param consumer in no group; the fetcher's to use and to close from now on
   */
  DeliveryFetcher(Consumer<byte[], byte[]> consumer, String topic) {
    this.consumer = consumer;
    this.topic = topic;
  }

  /** The delivery whose record lies there; none where it does not any more. */
  synchronized Optional<Delivery> fetch(Entry entry) {
    TopicPartition partition = new TopicPartition(topic, entry.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, entry.offset());
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() - until < 0) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        // Compaction leaves a gap where a later record has taken the place.
        return record.offset() == entry.offset() ? DeliveryLog.read(record) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  @Override
  public synchronized void close() {
    consumer.close();
  }
}
