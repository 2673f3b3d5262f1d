package dev.sanaq.kafka.request;

import dev.sanaq.json.Json;
import dev.sanaq.kafka.KafkaClientFactory;
import dev.sanaq.kafka.TopicsConfig;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Sends what a command of the command line sends, with a client of its own: commands start no
 * channels. Close it in the end.
 */
public final class RequestProducer implements RequestSender, AutoCloseable {
  private static final Duration SEND_TIMEOUT = Duration.ofSeconds(10);

  private final Producer<byte[], byte[]> producer;
  private final TopicsConfig topics;

  public RequestProducer(KafkaClientFactory kafka, TopicsConfig topics) {
    this.producer = kafka.idempotentProducer(SEND_TIMEOUT);
    this.topics = topics;
  }

  @Override
  public void send(String topic, String id, Map<String, Object> request) {
    sendRecord(topic, id, request);
  }

  @Override
  public void cancel(String id, String reason) {
    sendRecord(topics.cancellations(), id, Cancellation.fields(id, reason));
  }

  private void sendRecord(String topic, String key, Map<String, Object> value) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), Json.write(value));
    try {
      producer.send(record).get();
    } catch (ExecutionException e) {
      throw new KafkaException("could not send to %s: %s".formatted(topic, reason(e)), e);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static String reason(ExecutionException e) {
    Throwable cause = e.getCause() == null ? e : e.getCause();
    return cause instanceof TimeoutException
        ? "no broker answered within %s s, or there is no such topic; check kafka.bootstrap.servers and sanaq.topics.*"
            .formatted(SEND_TIMEOUT.toSeconds())
        : String.valueOf(cause.getMessage());
  }

  @Override
  public void close() {
    // Every send has been awaited.
    producer.close(Duration.ZERO);
  }
}
