package dev.sanaq.webhook.topic;

import dev.sanaq.job.JobIds;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.StartPosition;
import dev.sanaq.kafka.TopicReader;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.StateChangeCause;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Lists deliveries and resends them. Each query reads the delivery topic from the beginning, for
 * one job only its partition, so that any process can query; nothing is cached. Any number of
 * threads, one query at a time.
 */
@Singleton
public class DeliveryQueries {
  private static final Duration KAFKA_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);

  private final KafkaClientFactory kafka;
  private final TopicsConfig topics;

  /**
   * @param kafka creates the clients of each query
   */
  public DeliveryQueries(KafkaClientFactory kafka, TopicsConfig topics) {
    this.kafka = kafka;
    this.topics = topics;
  }

  /**
   * All deliveries that the topic retains, newest event first.
   *
   * @throws KafkaException if the topic cannot be read within 10 s
   */
  public synchronized List<Delivery> all() {
    try (Consumer<byte[], byte[]> consumer = kafka.standaloneConsumer()) {
      DeliveryTopic topic = deliveryTopic(consumer);
      return newestFirst(
          read(consumer, topic, IntStream.range(0, topic.partitionCount()).boxed().toList()));
    }
  }

  /** The deliveries of a job, newest event first. */
  public synchronized List<Delivery> ofJob(String job) {
    try (Consumer<byte[], byte[]> consumer = kafka.standaloneConsumer()) {
      DeliveryTopic topic = deliveryTopic(consumer);
      return newestFirst(read(consumer, topic, List.of(topic.partitionOf(job)))).stream()
          .filter(delivery -> delivery.job().equals(job))
          .toList();
    }
  }

  /** The delivery of an id; empty if there is none. */
  public Optional<Delivery> find(String id) {
    String job = Delivery.jobOf(id);
    return JobIds.isValid(job)
        ? ofJob(job).stream().filter(delivery -> delivery.id().equals(id)).findFirst()
        : Optional.empty();
  }

  /**
   * Resends a delivery with a fresh retry schedule; returns once the broker has acknowledged it.
   *
   * @return its new state; empty if there is no such delivery
   */
  public Optional<Delivery> resend(String id) {
    Optional<Delivery> reset =
        find(id).map(delivery -> delivery.reset(Clock.systemUTC().instant()));
    reset.ifPresent(this::publish);
    return reset;
  }

  private void publish(Delivery delivery) {
    try (Consumer<byte[], byte[]> consumer = kafka.standaloneConsumer();
        Producer<byte[], byte[]> producer = kafka.idempotentProducer(KAFKA_TIMEOUT)) {
      producer.send(deliveryTopic(consumer).toRecord(delivery)).get();
    } catch (ExecutionException e) {
      throw new KafkaException(
          "could not resend delivery %s: %s".formatted(delivery.id(), e.getMessage()), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private DeliveryTopic deliveryTopic(Consumer<byte[], byte[]> consumer) {
    return DeliveryTopic.of(consumer, topics.webhookDeliveries());
  }

  private static Collection<Delivery> read(
      Consumer<byte[], byte[]> consumer, DeliveryTopic topic, List<Integer> partitions) {
    // The caller closes the consumer.
    TopicReader reader = new TopicReader(consumer, StartPosition.beginning());
    reader.assign(
        partitions.stream().map(number -> new TopicPartition(topic.name(), number)).toList());
    Map<String, Delivery> found = new HashMap<>();
    long deadline = System.nanoTime() + KAFKA_TIMEOUT.toNanos();
    while (!reader.isAtEnd()) {
      if (System.nanoTime() - deadline > 0) {
        throw new KafkaException(
            "%s was not read to its end within %s".formatted(topic.name(), KAFKA_TIMEOUT));
      }
      reader.poll(POLL_TIMEOUT).forEach(record -> apply(record, found));
    }
    return found.values();
  }

  private static void apply(ConsumerRecord<byte[], byte[]> record, Map<String, Delivery> found) {
    String id = DeliveryTopic.idOf(record);
    if (record.value() == null) {
      found.remove(id);
    }
    DeliveryTopic.parse(record)
        .filter(delivery -> delivery.cause() != StateChangeCause.EVENT || !found.containsKey(id))
        .ifPresent(delivery -> found.put(id, delivery));
  }

  private static List<Delivery> newestFirst(Collection<Delivery> deliveries) {
    return deliveries.stream().sorted(Comparator.comparing(Delivery::time).reversed()).toList();
  }
}
