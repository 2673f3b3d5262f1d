package dev.sanaq.kafka;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads topics outside of a consumer group: assigns partitions by hand, seeks to a start position,
 * and polls either up to the end offsets or for ever. Commits nothing. Every method may block for
 * Kafka's {@code default.api.timeout.ms} and throws {@link KafkaException}. One thread; close it in
 * the end.
 */
public final class TopicReader implements AutoCloseable {
  private final Consumer<byte[], byte[]> consumer;
  private final StartPosition start;
  private final Map<TopicPartition, Long> endOffsets = new HashMap<>();

  /**
   * @param consumer a consumer without a group; the reader closes it
   */
  public TopicReader(Consumer<byte[], byte[]> consumer, StartPosition start) {
    this.consumer = consumer;
    this.start = start;
  }

  /**
   * All partitions of a topic.
   *
   * @param remedy for the error message: what to do when the topic does not exist
   * @throws IllegalStateException if the broker has no such topic
   */
  public static List<TopicPartition> partitions(
      Consumer<byte[], byte[]> consumer, String topic, String remedy) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new IllegalStateException("the broker has no topic %s; %s".formatted(topic, remedy));
    }
    return found.stream().map(info -> new TopicPartition(topic, info.partition())).toList();
  }

  /**
   * Assigns all partitions of a topic in addition to those assigned already.
   *
   * @return whether any of them is new
   * @throws IllegalStateException if the broker has no such topic
   * @see #partitions
   */
  public boolean assignTopic(String topic, String remedy) {
    return assign(partitions(consumer, topic, remedy));
  }

  /**
   * Assigns partitions in addition to those assigned already. New ones start at the start position,
   * the others keep theirs.
   *
   * @return whether any of them is new
   */
  public boolean assign(Collection<TopicPartition> partitions) {
    Set<TopicPartition> added = new HashSet<>(partitions);
    added.removeAll(endOffsets.keySet());
    if (added.isEmpty()) {
      return false;
    }
    Set<TopicPartition> all = new HashSet<>(endOffsets.keySet());
    all.addAll(added);
    consumer.assign(all);
    start.seek(consumer, added);
    endOffsets.putAll(consumer.endOffsets(added));
    return true;
  }

  /** The partitions that are assigned. */
  public Set<TopicPartition> assignment() {
    return Set.copyOf(endOffsets.keySet());
  }

  /** The next records of any partition; none if none arrive within the timeout. */
  public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
    return consumer.poll(timeout);
  }

  /** Whether each partition is read up to the end that it had when it was assigned. */
  public boolean isAtEnd() {
    return endOffsets.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
