package dev.sanaq.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/** What has ended and is to be published. Any number of threads put, the consumer's takes. */
final class Outbox {
  private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

  /**
   * What a consumed record led to.
   *
   * @param partition the record's
   * @param offset the record's
   * @param lease the time of this worker's with the partition in which it was read: in another, the
   *     record was read again
   * @param records what to write
   * @param told what was told of it before, which is to arrive first
   */
  record Ended(
      TopicPartition partition,
      long offset,
      PartitionProgress lease,
      List<ProducerRecord<byte[], byte[]>> records,
      Future<?> told) {}

  void put(Ended one) {
    ended.add(one);
  }

  /** Takes so many at most. */
  List<Ended> take(int most) {
    List<Ended> taken = new ArrayList<>();
    for (Ended one = ended.poll(); one != null; one = ended.poll()) {
      taken.add(one);
      if (taken.size() == most) {
        break;
      }
    }
    return taken;
  }

  boolean isEmpty() {
    return ended.isEmpty();
  }
}
