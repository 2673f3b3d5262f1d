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

/**
 * Sends requests and takes them back, as somebody outside does. Any number of threads; close it in
 * the end.
 */
public final class RequestProducer implements AutoCloseable {
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

  private final Producer<byte[], byte[]> producer;
  private final TopicsConfig topics;

  public RequestProducer(KafkaClientFactory kafka, TopicsConfig topics) {
    this.producer = kafka.idempotentProducer(SEND_TIMEOUT);
    this.topics = topics;
  }

  /**
   * Sends a request; on return the broker has it.
   *
   * @param id the job's id, the record's key
   * @param request the contract's fields
   * @throws KafkaException where the broker did not take it
   */
  public void send(String id, Map<String, Object> request) {
    send(topics.requests(), id, request);
  }

  /**
   * Sends a cancellation; on return the broker has it. Whether it comes in time, the job's terminal
   * event tells.
   *
   * @param id the job's id, the record's key
   * @param reason why, for people; empty for nothing
   * @throws KafkaException where the broker did not take it
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
      throw new KafkaException("nothing was sent to %s: %s".formatted(topic, e.getMessage()), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  @Override
  public void close() {
    // What was sent has been waited for; what was not will not be.
    producer.close(Duration.ZERO);
  }
}
