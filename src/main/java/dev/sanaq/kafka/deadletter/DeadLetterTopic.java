package dev.sanaq.kafka.deadletter;

import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * The dead-letter topic: lists the letters, and replays them to their source topics once the cause
 * is fixed. Any number of threads.
 */
public final class DeadLetterTopic {
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

  private final KafkaClientFactory kafka;
  private final String topic;

  public DeadLetterTopic(KafkaClientFactory kafka, String topic) {
    this.kafka = kafka;
    this.topic = topic;
  }

  /**
   * All letters up to the current end of the topic, oldest first within a partition.
   *
   * @throws KafkaException if the broker cannot be read
   * @throws IllegalStateException if the topic does not exist
   */
  public List<DeadLetter> read() {
    List<DeadLetter> letters = new ArrayList<>();
    try (TopicReader reader =
        new TopicReader(kafka.standaloneConsumer(), StartPosition.beginning())) {
      reader.assignTopic(topic, "create it, or set sanaq.topics.dead-letters");
      while (!reader.isAtEnd()) {
        reader.poll(POLL_TIMEOUT).forEach(record -> letters.add(new DeadLetter(record)));
      }
    }
    return letters;
  }

  /**
   * Sends the original records to their source topics; returns once the broker has acknowledged all
   * of them.
   *
   * @throws KafkaException if one is not acknowledged; those before it are sent
   */
  public void replay(List<DeadLetter> letters) {
    try (Producer<byte[], byte[]> producer = kafka.idempotentProducer(SEND_TIMEOUT)) {
      for (DeadLetter letter : letters) {
        producer.send(letter.toOriginalRecord()).get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException("could not replay a dead letter: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }
}
