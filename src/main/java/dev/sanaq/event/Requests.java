package dev.sanaq.event;

import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/** Sends requests, as somebody outside does. Any number of threads; close it in the end. */
public final class Requests implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Producer<byte[], byte[]> producer;
  private final String topic;

  public Requests(KafkaClients kafka, String topic) {
    this.producer = kafka.plain(PATIENCE);
    this.topic = topic;
  }

  /**
   * Sends a request; on return the broker has it.
   *
   * @param id the job's id, the record's key
   * @param request the contract's fields
   * @throws KafkaException where the broker did not take it
   */
  public void send(String id, Map<String, Object> request) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, id.getBytes(StandardCharsets.UTF_8), Json.write(request));
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new KafkaException(
          "the request was not sent to %s: %s".formatted(topic, e.getMessage()), e);
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
