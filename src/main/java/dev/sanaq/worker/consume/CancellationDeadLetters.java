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
  private final Parts parts;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param metrics counts the letters
   * @param retryBackoff the pause after a Kafka error
   */
  public record Parts(WorkerMetrics metrics, Duration retryBackoff) {}

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
      Parts parts) {
    this.consumer = consumer;
    this.topic = topic;
    this.decoder = decoder;
    this.deadLetters = deadLetters;
    this.publisher = publisher;
    this.parts = parts;
    this.thread = new Thread(this::run, "sanaq-cancellation-letters");
    this.thread.setDaemon(true);
  }

  /** Starts to read. */
  public void start() {
    thread.start();
  }

  /** Stops after the current poll; does not wait. */
  public void stop() {
    stopped = true;
  }

  private void run() {
    try {
      while (!stopped) {
        runOnce();
      }
    } finally {
      closeConsumer();
      publisher.close();
    }
  }

  private void runOnce() {
    try {
      if (consumer.current().map(open -> open.subscription().isEmpty()).orElse(true)) {
        consumer.open();
        consumer.get().subscribe(List.of(topic));
      }
      handle(consumer.poll(POLL_TIMEOUT));
    } catch (KafkaException e) {
      LOG.warnf(
          "unreadable cancellations are not sent to the dead letters; retrying in %s: %s",
          parts.retryBackoff(), e.getMessage());
      // The next consumer starts at the committed offsets.
      closeConsumer();
      Pause.sleep(parts.retryBackoff());
    }
  }

  private void handle(ConsumerRecords<byte[], byte[]> records) {
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (decoder.decode(record) instanceof CancellationDecoder.Unreadable unreadable) {
        letters.add(deadLetters.create(record, unreadable.reason()));
        parts.metrics().countDeadLetter();
        parts.metrics().countCancellation("unreadable");
      } else {
        parts.metrics().countCancellation("read");
      }
    }
    if (!letters.isEmpty()) {
      publisher.publish(letters, records.nextOffsets(), consumer.get().groupMetadata());
    } else if (!records.isEmpty()) {
      consumer.get().commitSync(records.nextOffsets());
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
