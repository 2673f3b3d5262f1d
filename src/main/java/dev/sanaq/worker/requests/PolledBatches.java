package dev.sanaq.worker.requests;

import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/**
 * The batches between the poll and their handling, and the assignments in which they were polled. A
 * batch can arrive after its partitions were taken away, or even came back: its records are then
 * another consumer's, or are polled again. The polling thread, except {@link #arrived}.
 */
final class PolledBatches {
  private final Queue<ConsumerRecords<byte[], byte[]>> arrived = new ConcurrentLinkedQueue<>();
  private final Map<TopicPartition, Integer> endedAssignments = new HashMap<>();
  private final IdentityHashMap<ConsumerRecords<byte[], byte[]>, Map<TopicPartition, Integer>>
      polled = new IdentityHashMap<>();

  /** The consumer has returned a batch. */
  void polled(ConsumerRecords<byte[], byte[]> batch) {
    Map<TopicPartition, Integer> assignments = new HashMap<>();
    batch.partitions().forEach(partition -> assignments.put(partition, ended(partition)));
    polled.put(batch, assignments);
  }

  /** How many batches are not handled. */
  int size() {
    return polled.size();
  }

  /** A batch has come through the channel. Any thread. */
  void arrived(ConsumerRecords<byte[], byte[]> batch) {
    arrived.add(batch);
  }

  /**
   * Hands on the next batch, without the records of assignments that have ended.
   *
   * @param handler if it throws, the same batch comes again
   * @return whether there was one
   */
  boolean take(Consumer<ConsumerRecords<byte[], byte[]>> handler) {
    ConsumerRecords<byte[], byte[]> batch = arrived.peek();
    if (batch == null) {
      return false;
    }
    ConsumerRecords<byte[], byte[]> current = current(batch);
    if (!current.isEmpty()) {
      handler.accept(current);
    }
    arrived.remove();
    polled.remove(batch);
    return true;
  }

  private ConsumerRecords<byte[], byte[]> current(ConsumerRecords<byte[], byte[]> batch) {
    Map<TopicPartition, Integer> assignments = polled.get(batch);
    if (assignments == null) {
      throw new IllegalStateException("requests arrived in a batch that was not polled");
    }
    Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> records = new HashMap<>();
    for (TopicPartition partition : batch.partitions()) {
      if (ended(partition).equals(assignments.get(partition))) {
        records.put(partition, batch.records(partition));
      }
    }
    return new ConsumerRecords<>(records, Map.of());
  }

  /** The listener, which is also told here that an assignment has ended. */
  ConsumerRebalanceListener following(ConsumerRebalanceListener listener) {
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        listener.onPartitionsAssigned(partitions);
      }

      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        end(partitions);
        listener.onPartitionsRevoked(partitions);
      }

      @Override
      public void onPartitionsLost(Collection<TopicPartition> partitions) {
        end(partitions);
        listener.onPartitionsLost(partitions);
      }
    };
  }

  private void end(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> endedAssignments.merge(partition, 1, Integer::sum));
  }

  private Integer ended(TopicPartition partition) {
    return endedAssignments.getOrDefault(partition, 0);
  }
}
