package dev.sanaq.kafka.deadletter;

import dev.sanaq.kafka.KafkaClientFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/** The dead letters' topic for people: looked at, and sent again once the cause is mended. */
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
   * Every letter that is there now, partition by partition, oldest first.
   *
   * @throws KafkaException where the broker cannot be read
   */
  public List<DeadLetter> read() {
    List<DeadLetter> letters = new ArrayList<>();
    try (Consumer<byte[], byte[]> consumer = kafka.standaloneConsumer()) {
      List<TopicPartition> partitions = partitions(consumer);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        consumer.poll(POLL_TIMEOUT).forEach(record -> letters.add(new DeadLetter(record)));
      }
    }
    return letters;
  }

  /**
   * Sends letters again to where they came from, as they came; on return the broker has them.
   *
   * @throws KafkaException where it did not take one; those before it are sent
   */
  public void replay(List<DeadLetter> letters) {
    try (Producer<byte[], byte[]> producer = kafka.idempotentProducer(SEND_TIMEOUT)) {
      for (DeadLetter letter : letters) {
        producer.send(letter.toOriginalRecord()).get();
      }
    } catch (ExecutionException e) {
      throw new KafkaException("a letter was not sent: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private List<TopicPartition> partitions(Consumer<byte[], byte[]> consumer) {
    List<PartitionInfo> found = consumer.partitionsFor(topic);
    if (found == null || found.isEmpty()) {
      throw new IllegalStateException(
          "the broker has no topic %s; create it, or set sanaq.topics.dead-letters"
              .formatted(topic));
    }
    return found.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
  }
}
