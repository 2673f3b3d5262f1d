package dev.sanaq.worker.consume;

import dev.sanaq.kafka.ReplaceableConsumer;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import dev.sanaq.kafka.event.TransactionalPublisher;
import dev.sanaq.kafka.request.CancellationDecoder;
import dev.sanaq.retry.Pause;
import dev.sanaq.worker.observe.WorkerMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * Sends unreadable cancellations to the dead letters, each once for all workers. In a group of its
 * own: assignors balance the partitions of all topics of a group together, so that in the group of
 * the requests one worker could get the cancellations and another the requests. What readable
 * cancellations do is the matter of each worker's {@link CancellationSource}.
 */
public final class CancellationDeadLetters {
  private static final Logger LOG = Logger.getLogger(CancellationDeadLetters.class);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private final ReplaceableConsumer consumer;
  private final String topic;
  private final CancellationDecoder decoder;
  private final DeadLetterFactory deadLetters;
  private final TransactionalPublisher publisher;
  private final WorkerMetrics metrics;
  private volatile boolean stopped;

  /**
   * @param consumer of a group for this purpose; closed with the thread
   * @param topic the cancellation topic
   * @param publisher closed with the thread
   */
  public CancellationDeadLetters(
      ReplaceableConsumer consumer,
      String topic,
      CancellationDecoder decoder,
      DeadLetterFactory deadLetters,
      TransactionalPublisher publisher,
      WorkerMetrics metrics) {
    this.consumer = consumer;
    this.topic = topic;
    this.decoder = decoder;
    this.deadLetters = deadLetters;
    this.publisher = publisher;
    this.metrics = metrics;
  }

  /**
   * Starts to read, on a thread of its own.
   *
   * @param retryBackoff the pause after a Kafka error
   */
  public void start(Duration retryBackoff) {
    Thread thread = new Thread(() -> run(retryBackoff), "sanaq-cancellation-letters");
    thread.setDaemon(true);
    thread.start();
  }

  /** Stops after the current poll; does not wait. */
  public void stop() {
    stopped = true;
  }

  private void run(Duration retryBackoff) {
    try {
      while (!stopped) {
        runOnce(retryBackoff);
      }
    } finally {
      closeConsumer();
      publisher.close();
    }
  }

  private void runOnce(Duration retryBackoff) {
    try {
      if (consumer.current().map(open -> open.subscription().isEmpty()).orElse(true)) {
        consumer.open();
        consumer.get().subscribe(List.of(topic));
      }
      handle(consumer.poll(POLL_TIMEOUT));
    } catch (KafkaException e) {
      LOG.warnf(
          "unreadable cancellations are not sent to the dead letters; retrying in %s: %s",
          retryBackoff, e.getMessage());
      // The next consumer starts at the committed offsets.
      closeConsumer();
      Pause.sleep(retryBackoff);
    }
  }

  private void handle(ConsumerRecords<byte[], byte[]> records) {
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      Optional<String> reason = unreadableReason(record);
      metrics.countCancellation(reason.isPresent() ? "unreadable" : "read");
      if (reason.isPresent()) {
        letters.add(deadLetters.create(record, reason.get()));
        metrics.countDeadLetter();
      }
    }
    if (!letters.isEmpty()) {
      publisher.publish(letters, records.nextOffsets(), consumer.get().groupMetadata());
    } else if (!records.isEmpty()) {
      consumer.get().commitSync(records.nextOffsets());
    }
  }

  private Optional<String> unreadableReason(ConsumerRecord<byte[], byte[]> record) {
    try {
      return decoder.decode(record) instanceof CancellationDecoder.Unreadable unreadable
          ? Optional.of(unreadable.reason())
          : Optional.empty();
    } catch (RuntimeException | StackOverflowError e) {
      // A record that triggers a bug must not be read again and again.
      LOG.errorf(
          e, "bug while reading %s-%d@%d", record.topic(), record.partition(), record.offset());
      return Optional.of("bug while reading: " + e.getClass().getSimpleName());
    }
  }

  private void closeConsumer() {
    try {
      consumer.close(CLOSE_TIMEOUT);
    } catch (KafkaException e) {
      LOG.debugf(e, "the consumer did not close cleanly");
    }
  }
}
