package dev.sanaq.kafka;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Where reading of a partition starts; used by {@link TopicReader} for each new partition. */
@FunctionalInterface
public interface StartPosition {
  /**
   * Seeks the partitions.
   *
   * @param partitions assigned to the consumer; at least one
   */
  void seek(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions);

  /** The oldest record that the topic retains. */
  static StartPosition beginning() {
    return Consumer::seekToBeginning;
  }

  /** The end as of the assignment: no record written after the assignment returns is missed. */
  static StartPosition now() {
    return (consumer, partitions) -> {
      consumer.seekToEnd(partitions);
      // seekToEnd is lazy: position() forces the end to be looked up here.
      partitions.forEach(consumer::position);
    };
  }

  /**
   * The first record that is not older than a time, or the end where there is none.
   *
   * @param time evaluated at each assignment
   */
  static StartPosition since(Supplier<Instant> time) {
    return (consumer, partitions) -> {
      long millis = time.get().toEpochMilli();
      Map<TopicPartition, Long> times =
          partitions.stream().collect(Collectors.toMap(p -> p, p -> millis));
      Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
      Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
      found.forEach(
          (partition, offset) -> {
            if (offset != null) {
              offsets.put(partition, offset.offset());
            }
          });
      partitions.forEach(p -> consumer.seek(p, offsets.getOrDefault(p, 0L)));
    };
  }
}
