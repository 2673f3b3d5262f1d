package dev.sanaq.kafka.channel;

import dev.sanaq.kafka.StartPosition;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the reader of a channel is. Nothing is committed, so these positions are the only ones: a
 * partition that comes back after a lost session goes on where it was, and a record that is read
 * twice is recognized. The channel's queue is between polling and handling, so both are followed.
 * Any number of threads.
 */
public final class ReadPositions {
  private final Set<String> topics;
  private final StartPosition start;
  private final Map<TopicPartition, Long> handled = new HashMap<>();
  private final Map<TopicPartition, Long> polledRecords = new HashMap<>();
  private final Map<TopicPartition, Long> polled = new HashMap<>();
  private final Map<TopicPartition, Long> ends = new HashMap<>();
  private final Map<TopicPartition, Long> repeatedUntil = new HashMap<>();
  private boolean caughtUp;

  /**
   * @param topics all topics of the channel
   * @param start where partitions start that were not read before
   */
  public ReadPositions(Set<String> topics, StartPosition start) {
    this.topics = Set.copyOf(topics);
    this.start = start;
  }

  /**
   * Seeks partitions that the consumer was just given. The channel's polling thread.
   *
   * @return the partitions that were not read before
   * @throws KafkaException if the broker does not say where they begin and end
   */
  public synchronized Set<TopicPartition> seek(
      Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    Set<TopicPartition> added = new HashSet<>(partitions);
    added.removeAll(handled.keySet());
    for (TopicPartition partition : partitions) {
      Long next = handled.get(partition);
      if (next != null) {
        consumer.seek(partition, next);
        // A batch that is being handled now, or waits, is polled again.
        repeatedUntil.put(partition, polledRecords.getOrDefault(partition, next));
        polledRecords.put(partition, next);
        polled.put(partition, next);
      }
    }
    if (!added.isEmpty()) {
      start.seek(consumer, added);
      ends.putAll(consumer.endOffsets(added));
      for (TopicPartition partition : added) {
        long position = consumer.position(partition);
        handled.put(partition, position);
        polledRecords.put(partition, position);
        polled.put(partition, position);
      }
    }
    return added;
  }

  /** The consumer has returned records, or has skipped what is no record. Its polling thread. */
  public synchronized void onPolled(ConsumerRecords<byte[], byte[]> records) {
    records.nextOffsets().forEach((partition, next) -> polled.put(partition, next.offset()));
    for (TopicPartition partition : records.partitions()) {
      records
          .records(partition)
          .forEach(record -> polledRecords.put(partition, record.offset() + 1));
    }
  }

  /**
   * Whether a record was not handled before. Offsets alone do not say so: those of a topic that was
   * deleted and created again begin at 0. A record of a partition that was not sought yet was
   * polled for an earlier reader: it is polled again after the seek.
   */
  public synchronized boolean isNew(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = partition(record);
    Long next = handled.get(partition);
    return next != null
        && (record.offset() >= repeatedUntil.getOrDefault(partition, 0L)
            || record.offset() >= next);
  }

  /** A record was handled. */
  public synchronized void onHandled(ConsumerRecord<byte[], byte[]> record) {
    TopicPartition partition = partition(record);
    long next = record.offset() + 1;
    handled.put(partition, next);
    if (next >= repeatedUntil.getOrDefault(partition, 0L)) {
      repeatedUntil.remove(partition);
    }
  }

  /**
   * Whether everything was handled that the topics held when their partitions were assigned; stays
   * true from then on.
   */
  public synchronized boolean isCaughtUp() {
    caughtUp = caughtUp || (missingTopics().isEmpty() && isAtEnd());
    return caughtUp;
  }

  /**
   * The topics of which no partition was assigned so far: they do not exist, or may not be read.
   */
  public synchronized Set<String> missingTopics() {
    Set<String> missing = new HashSet<>(topics);
    ends.keySet().forEach(partition -> missing.remove(partition.topic()));
    return missing;
  }

  // Markers of transactions are no records: they move the polled position, but are never handled.
  private boolean isAtEnd() {
    return ends.entrySet().stream()
        .allMatch(
            end ->
                polled.getOrDefault(end.getKey(), 0L) >= end.getValue()
                    && handled
                            .getOrDefault(end.getKey(), 0L)
                            .compareTo(polledRecords.getOrDefault(end.getKey(), 0L))
                        >= 0);
  }

  private static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }
}
