package dev.sanaq.worker.finish;

import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.kafka.event.TransactionalPublisher;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Runs Kafka transactions on their own thread, so that the consumer thread can go on polling. */
public final class TransactionRunner {
  private final TransactionalPublisher publisher;
  private final ProgressPublisher progressPublisher;
  private final ExecutorService executor;

  /**
   * @param executor one thread, which its owner shuts down
   */
  public TransactionRunner(
      TransactionalPublisher publisher,
      ProgressPublisher progressPublisher,
      ExecutorService executor) {
    this.publisher = publisher;
    this.progressPublisher = progressPublisher;
    this.executor = executor;
  }

  /**
   * Marks the results' offsets as done and starts a transaction; one at a time.
   *
   * @return completes when the transaction is committed, or fails when that is not known
   */
  Future<?> start(
      List<PendingResults.CompletedRecord> results, ConsumerGroupMetadata group) {
    results.forEach(result -> result.offsetTracker().markDone(result.offset()));
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    results.forEach(
        result ->
            offsets.computeIfAbsent(
                result.partition(), p -> result.offsetTracker().offsetToCommit()));
    List<ProducerRecord<byte[], byte[]>> records =
        results.stream().flatMap(result -> result.records().stream()).toList();
    List<Future<?>> progressSends =
        results.stream().<Future<?>>map(PendingResults.CompletedRecord::lastProgressSend).toList();
    return executor.submit(
        () -> {
          // A terminal event must not overtake the job's other events.
          progressPublisher.awaitSent(progressSends);
          publisher.publish(records, offsets, group);
        });
  }

  /**
   * Makes the broker complete or abort the transaction whose result is unknown; blocks.
   *
   * @throws KafkaException if the broker cannot be reached
   */
  void completePending() {
    publisher.completePendingTransactions();
  }

  void close() {
    publisher.close();
  }
}
