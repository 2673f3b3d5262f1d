package dev.sanaq.worker.finish;

import dev.sanaq.kafka.event.TransactionalPublisher;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Runs Kafka transactions on their own thread, so that the polling thread can go on polling. */
public final class TransactionRunner {
  private static final Logger LOG = Logger.getLogger(TransactionRunner.class);

  /**
   * Sends end sooner, done or dropped: this only keeps one that does not from stopping all results.
   */
  private static final Duration PROGRESS_TIMEOUT = Duration.ofSeconds(30);

  private final TransactionalPublisher publisher;
  private final ExecutorService executor;

  /**
   * @param executor one thread, which its owner shuts down
   */
  public TransactionRunner(TransactionalPublisher publisher, ExecutorService executor) {
    this.publisher = publisher;
    this.executor = executor;
  }

  /**
   * Marks the results' offsets as done and starts a transaction; one at a time.
   *
   * @return completes when the transaction is committed, or fails when that is not known
   */
  Future<?> start(List<PendingResults.CompletedRecord> results, ConsumerGroupMetadata group) {
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
          awaitDone(progressSends);
          publisher.publish(records, offsets, group);
          return null;
        });
  }

  private static void awaitDone(List<Future<?>> sends)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + PROGRESS_TIMEOUT.toNanos();
    for (Future<?> send : sends) {
      try {
        send.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        LOG.warnf("events are not sent within %s; publishing without them", PROGRESS_TIMEOUT);
        return;
      }
    }
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
