package dev.sanaq.event;

import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A CloudEvent 1.0 with JSON data.
 *
 * @param id deterministic: the same for the same event told twice
 * @param source where it happened
 * @param type what happened
 * @param subject the job's id, and the record's key
 * @param time when
 * @param data what there is to tell
 */
public record CloudEvent(
    String id, String source, String type, String subject, Instant time, Map<String, Object> data) {

  /** The event as a Kafka record in CloudEvents' binary mode: attributes as headers. */
  public ProducerRecord<byte[], byte[]> toRecord(String topic) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(topic, subject.getBytes(StandardCharsets.UTF_8), Json.write(data));
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("ce_specversion", "1.0");
    headers.put("ce_id", id);
    headers.put("ce_source", source);
    headers.put("ce_type", type);
    headers.put("ce_subject", subject);
    headers.put("ce_time", time.toString());
    headers.put("content-type", "application/json");
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return record;
  }
}
