package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What has ended and is to be published. Any number of threads put, the consumer's takes. */
public final class PendingResults {
  private final Queue<CompletedRecord> completed = new ConcurrentLinkedQueue<>();

  /**
   * What a consumed record led to.
   *
   * @param partition the record's
   * @param offset the record's
   * @param offsetTracker the time of this worker's with the partition in which it was read: in
   *     another, the record was read again
   * @param records what to write
   * @param lastProgressSend what was told of it before, which is to arrive first
   */
  public record CompletedRecord(
      TopicPartition partition,
      long offset,
      OffsetTracker offsetTracker,
      List<ProducerRecord<byte[], byte[]>> records,
      Future<?> lastProgressSend) {}

  public void add(CompletedRecord one) {
    completed.add(one);
  }

  /** Takes so many at most. */
  List<CompletedRecord> pollBatch(int most) {
    List<CompletedRecord> taken = new ArrayList<>();
    for (CompletedRecord one = completed.poll(); one != null; one = completed.poll()) {
      taken.add(one);
      if (taken.size() == most) {
        break;
      }
    }
    return taken;
  }

  boolean isEmpty() {
    return completed.isEmpty();
  }
}
