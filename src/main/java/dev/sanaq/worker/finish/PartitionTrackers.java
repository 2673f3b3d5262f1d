package dev.sanaq.worker.finish;

import dev.sanaq.kafka.CurrentConsumer;
import dev.sanaq.kafka.OffsetTracker;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * The offset trackers of the assigned partitions, one for each assignment. A partition that comes
 * back gets a new tracker, so that a tracker's identity is the assignment's epoch. The polling
 * thread alone calls it.
 */
public final class PartitionTrackers {
  private final CurrentConsumer consumer;
  private final Map<TopicPartition, OffsetTracker> trackers = new HashMap<>();

  public PartitionTrackers(CurrentConsumer consumer) {
    this.consumer = consumer;
  }

  /**
   * Starts a tracker, from the committed offset, for every partition that has none.
   *
   * @param records that were polled: if this fails, the consumer reads them again
   * @throws KafkaException if the broker does not return the committed offsets
   */
  public void startTracking(ConsumerRecords<byte[], byte[]> records) {
    Set<TopicPartition> untracked = new HashSet<>(records.partitions());
    untracked.removeAll(trackers.keySet());
    if (untracked.isEmpty()) {
      return;
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.get().committed(untracked);
      untracked.forEach(p -> trackers.put(p, OffsetTracker.from(committed.get(p))));
    } catch (KafkaException e) {
      records.partitions().forEach(p -> consumer.get().seek(p, records.records(p).get(0).offset()));
      throw e;
    }
  }

  /** The tracker of a partition whose records were polled. */
  public OffsetTracker get(TopicPartition partition) {
    OffsetTracker tracker = trackers.get(partition);
    if (tracker == null) {
      throw new IllegalStateException(partition + " is not tracked");
    }
    return tracker;
  }

  /** Whether records of the partition were read in its present assignment. */
  public boolean isTracked(TopicPartition partition) {
    return trackers.containsKey(partition);
  }

  /** Partitions were revoked or lost: their pending results are not published any more. */
  public void stopTracking(Collection<TopicPartition> partitions) {
    partitions.forEach(trackers::remove);
  }

  /** The partitions that have a tracker: records of others were not polled. */
  public Set<TopicPartition> tracked() {
    return Set.copyOf(trackers.keySet());
  }

  /** Partitions with so many open offsets that no more records should be read. */
  public Set<TopicPartition> fullPartitions() {
    return trackers.entrySet().stream()
        .filter(entry -> entry.getValue().isFull())
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }

  /** Whether the partition is still assigned as it was when the record was read. */
  boolean isCurrentAssignment(PendingResults.CompletedRecord result) {
    return trackers.get(result.partition()) == result.offsetTracker();
  }

  /**
   * The results whose offsets are committed according to the broker; only those of partitions that
   * are assigned as they were.
   *
   * @throws KafkaException if the broker does not return the committed offsets
   */
  Set<PendingResults.CompletedRecord> findCommitted(List<PendingResults.CompletedRecord> results) {
    List<PendingResults.CompletedRecord> current =
        results.stream().filter(this::isCurrentAssignment).toList();
    if (current.isEmpty()) {
      return Set.of();
    }
    Map<TopicPartition, OffsetAndMetadata> committed =
        consumer
            .get()
            .committed(
                current.stream()
                    .map(PendingResults.CompletedRecord::partition)
                    .collect(Collectors.toSet()));
    return current.stream()
        .filter(result -> OffsetTracker.isDone(committed.get(result.partition()), result.offset()))
        .collect(Collectors.toSet());
  }
}
