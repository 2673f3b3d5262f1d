package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Commits where a partition begins if the group has no committed offset there, or one before the
 * oldest record. Without it a partition with nothing to read has no committed offset, or an expired
 * one, and an autoscaler such as KEDA counts records that do not exist.
 *
 * <p>Only partitions of which nothing was read yet: no transaction commits their offsets at the
 * same time, so the committed offset never moves back. The commit carries the membership, so the
 * broker rejects it from a consumer that has lost the partition. The polling thread.
 */
public final class InitialOffsets {
  private static final Logger LOG = Logger.getLogger(InitialOffsets.class);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);

  private final Set<TopicPartition> committed = new HashSet<>();
  private long retryAtNanos = System.nanoTime();

  /**
   * Commits the begin of newly assigned partitions; blocks. A failure is logged, and the next call
   * after an interval repeats it.
   *
   * @param isTracked whether records of the partition were read: then their results are committed
   */
  public void commit(Consumer<byte[], byte[]> consumer, Predicate<TopicPartition> isTracked) {
    Set<TopicPartition> assigned = consumer.assignment();
    committed.retainAll(assigned);
    Set<TopicPartition> added = new HashSet<>(assigned);
    added.removeAll(committed);
    added.removeIf(isTracked);
    if (added.isEmpty() || System.nanoTime() - retryAtNanos < 0) {
      return;
    }
    try {
      Map<TopicPartition, OffsetAndMetadata> missing = missingOffsets(consumer, added);
      if (!missing.isEmpty()) {
        consumer.commitSync(missing, CALL_TIMEOUT);
      }
      committed.addAll(added);
    } catch (KafkaException e) {
      retryAtNanos = System.nanoTime() + RETRY_INTERVAL.toNanos();
      LOG.infof("the first offsets of %s are not committed yet: %s", added, e.getMessage());
    }
  }

  private static Map<TopicPartition, OffsetAndMetadata> missingOffsets(
      Consumer<byte[], byte[]> consumer, Set<TopicPartition> added) {
    Map<TopicPartition, OffsetAndMetadata> known = consumer.committed(added, CALL_TIMEOUT);
    Map<TopicPartition, OffsetAndMetadata> missing = new HashMap<>();
    consumer
        .beginningOffsets(added, CALL_TIMEOUT)
        .forEach(
            (partition, begin) -> {
              OffsetAndMetadata last = known.get(partition);
              if (last == null || last.offset() < begin) {
                missing.put(partition, OffsetTracker.from(last).skipTo(begin).offsetToCommit());
              }
            });
    return missing;
  }
}
