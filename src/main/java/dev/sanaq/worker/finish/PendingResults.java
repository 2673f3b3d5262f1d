package dev.sanaq.worker.finish;

import dev.sanaq.kafka.OffsetTracker;
import dev.sanaq.kafka.event.PublishException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The results that wait to be published, in memory: after a crash their records are read again.
 * Bounded in bytes: a dead letter holds the value of its record. Any number of threads add, the
 * polling thread polls.
 */
public final class PendingResults {
  /** From here on no more records are read. Small beside the heap of the smallest worker. */
  static final long MAX_BYTES = 32L * 1024 * 1024;

  /** What a result needs besides its records: objects, headers, the job's last event. */
  private static final int OVERHEAD_BYTES = 1024;

  private final Deque<CompletedRecord> completed = new ConcurrentLinkedDeque<>();
  private final AtomicLong bytes = new AtomicLong();

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
      Future<?> lastProgressSend) {
    /** The memory that this needs, in bytes; an estimate. */
    long bytes() {
      return OVERHEAD_BYTES + records.stream().mapToLong(PublishException::sizeOf).sum();
    }
  }

  public void add(CompletedRecord result) {
    bytes.addAndGet(result.bytes());
    completed.add(result);
  }

  /**
   * Removes and returns the oldest results. They count as pending until {@link #release}.
   *
   * @param maxBytes one larger result is returned alone
   */
  List<CompletedRecord> pollBatch(int maxSize, long maxBytes) {
    List<CompletedRecord> batch = firstOf(completed, maxSize, maxBytes);
    batch.forEach(result -> completed.remove());
    return batch;
  }

  /** The first of these results, at most so many and with so many bytes, but at least one. */
  static List<CompletedRecord> firstOf(
      Iterable<CompletedRecord> results, int maxSize, long maxBytes) {
    List<CompletedRecord> first = new ArrayList<>();
    long left = maxBytes;
    for (CompletedRecord result : results) {
      left -= result.bytes();
      if (first.size() == maxSize || (left < 0 && !first.isEmpty())) {
        break;
      }
      first.add(result);
    }
    return first;
  }

  /** Returns polled results to the front. */
  void putBack(List<CompletedRecord> results) {
    for (int i = results.size() - 1; i >= 0; i--) {
      completed.addFirst(results.get(i));
    }
  }

  /** Polled results are published, or dropped: they need no more memory. */
  void release(Collection<CompletedRecord> results) {
    bytes.addAndGet(-results.stream().mapToLong(CompletedRecord::bytes).sum());
  }

  /** Whether the results that are not released need so much memory that no more should be added. */
  boolean isFull() {
    return bytes.get() >= MAX_BYTES;
  }

  /** The memory of all results that are not released, in bytes. */
  long bytes() {
    return bytes.get();
  }

  boolean isEmpty() {
    return completed.isEmpty();
  }
}
