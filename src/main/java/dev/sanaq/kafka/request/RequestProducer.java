package dev.sanaq.kafka.request;

import dev.sanaq.json.Json;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Sends requests and cancellations to Kafka. Any number of threads; close it in the end. */
public final class RequestProducer implements AutoCloseable {
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

  private final Producer<byte[], byte[]> producer;
  private final TopicsConfig topics;

  public RequestProducer(KafkaClientFactory kafka, TopicsConfig topics) {
    this.producer = kafka.idempotentProducer(SEND_TIMEOUT);
    this.topics = topics;
  }

  /**
   * Sends a request; returns once the broker has acknowledged it.
   *
   * @param id the job's id, the record's key
   * @param request the request's fields
   * @throws KafkaException if the broker does not acknowledge it
   */
  public void send(String id, Map<String, Object> request) {
    send(topics.requests(), id, request);
  }

  /**
   * Sends a cancellation; returns once the broker has acknowledged it. The job's terminal event
   * says whether it was in time.
   *
   * @param id the job's id, the record's key
   * @param reason free text; may be empty
   * @throws KafkaException if the broker does not acknowledge it
   */
  public void cancel(String id, String reason) {
    Map<String, Object> cancellation = new LinkedHashMap<>();
    cancellation.put("id", id);
    if (!reason.isEmpty()) {
      cancellation.put("reason", reason);
    }
    send(topics.cancellations(), id, cancellation);
  }

  private void send(String topic, String key, Map<String, Object> value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), Json.write(value));
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new KafkaException("could not send to %s: %s".formatted(topic, e.getMessage()), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    // Every send has been awaited.
    producer.close(Duration.ZERO);
  }
}
