package dev.sanaq.kafka.event;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/** Reads job events from all partitions, outside of a group. One thread; close it in the end. */
public final class EventReader implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(EventReader.class);

  private final TopicReader reader;

  private EventReader(Consumer<byte[], byte[]> consumer, String topic, StartPosition start) {
    this.reader = new TopicReader(consumer, start);
    reader.assignTopic(topic, "create it, or set sanaq.topics.events");
  }

  /**
   * Reads from the current end: no event written after the return is missed.
   *
   * @param consumer the reader closes it
   * @throws IllegalStateException if the topic does not exist
   */
  public static EventReader fromNow(Consumer<byte[], byte[]> consumer, String topic) {
    return new EventReader(consumer, topic, StartPosition.now());
  }

  /**
   * Reads from the oldest event that the topic retains.
   *
   * @param consumer the reader closes it
   * @throws IllegalStateException if the topic does not exist
   */
  public static EventReader fromBeginning(Consumer<byte[], byte[]> consumer, String topic) {
    return new EventReader(consumer, topic, StartPosition.beginning());
  }

  /** The next events of jobs, none if none arrive in time. Records that are no event are logged. */
  public List<CloudEvent> poll(Duration timeout) {
    List<CloudEvent> events = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : reader.poll(timeout)) {
      try {
        CloudEvent event = CloudEvent.of(record);
        if (event.type().startsWith(JobEventFactory.TYPE_PREFIX)) {
          events.add(event);
        }
      } catch (BadJsonException e) {
        LOG.warnf(
            "%s-%d@%d is no event: %s", record.topic(), record.partition(), record.offset(), e);
      }
    }
    return events;
  }

  @Override
  public void close() {
    reader.close();
  }
}
