package dev.sanaq.kafka.event;

import dev.sanaq.json.BadJsonException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Reads events as they come, all partitions, in no group. One thread; close it in the end. */
public final class EventReader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(EventReader.class);

  private final Consumer<byte[], byte[]> consumer;

  private EventReader(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /**
   * From what happens next on: on return, nothing that happens later is missed.
   *
   * @param consumer the reader's to use and to close from now on
   */
  public static EventReader fromNow(Consumer<byte[], byte[]> consumer, String topic) {
    EventReader reader = new EventReader(consumer);
    List<TopicPartition> partitions = reader.assign(topic);
    consumer.seekToEnd(partitions);
    // Seeking is lazy: only asking settles where the end was.
    partitions.forEach(consumer::position);
    return reader;
  }

  /**
   * From the oldest event that the topic keeps.
   *
   * @param consumer the reader's to use and to close from now on
   */
  public static EventReader fromBeginning(Consumer<byte[], byte[]> consumer, String topic) {
    EventReader reader = new EventReader(consumer);
    consumer.seekToBeginning(reader.assign(topic));
    return reader;
  }

  /** The next events, none where none come in time; what is no event is left out and logged. */
  public List<CloudEvent> poll(Duration patience) {
    List<CloudEvent> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
      try {
        events.add(CloudEvent.of(record));
      } catch (BadJsonException e) {
        LOG.warnf("%s-%d, offset %d: %s", record.topic(), record.partition(), record.offset(), e);
      }
    }
    return events;
  }

  @Override
  public void close() {
    consumer.close();
  }

  private List<TopicPartition> assign(String topic) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new IllegalStateException(
          "the broker has no topic %s; create it, or set sanaq.topics.events".formatted(topic));
    }
    List<TopicPartition> partitions =
        found.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
    consumer.assign(partitions);
    return partitions;
  }
}
