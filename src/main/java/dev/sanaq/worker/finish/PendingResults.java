package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The results that wait to be published, in memory: after a crash their records are read again. Any
 * number of threads add, the consumer thread polls.
 */
public final class PendingResults {
  private final Queue<CompletedRecord> completed = new ConcurrentLinkedQueue<>();

  /**
   * The result of one consumed record.
   *
   * @param partition of the consumed record
   * @param offset of the consumed record
   * @param offsetTracker of the assignment in which the record was read: under a later assignment
   *     the record is read again, and this result is dropped
   * @param records to publish
   * @param lastProgressSend the latest event of the same job, which must arrive first
   */
  public record CompletedRecord(
      TopicPartition partition,
      long offset,
      OffsetTracker offsetTracker,
      List<ProducerRecord<byte[], byte[]>> records,
      Future<?> lastProgressSend) {}

  public void add(CompletedRecord result) {
    completed.add(result);
  }

  /** Removes and returns the oldest results. */
  List<CompletedRecord> pollBatch(int maxSize) {
    List<CompletedRecord> batch = new ArrayList<>();
    while (batch.size() < maxSize) {
      CompletedRecord next = completed.poll();
      if (next == null) {
        break;
      }
      batch.add(next);
    }
    return batch;
  }

  boolean isEmpty() {
    return completed.isEmpty();
  }
}
