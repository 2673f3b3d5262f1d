package dev.sanaq.kafka.event;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A CloudEvent 1.0 with JSON data.
 *
 * @param id deterministic: the same for an event that is published twice
 * @param source the event source, a URI reference
 * @param type the event type
 * @param subject the job's id; also the record's key
 * @param time when it happened
 * @param data the payload, a JSON object
 * @param callbackUrl the request's webhook URL; empty for none
 */
public record CloudEvent(
    String id,
    String source,
    String type,
    String subject,
    Instant time,
    Map<String, Object> data,
    String callbackUrl) {
  private static final String CALLBACK_HEADER = "sanaq-callback-url";

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
    if (!callbackUrl.isEmpty()) {
      headers.put(CALLBACK_HEADER, callbackUrl);
    }
    headers.forEach(
        (name, value) -> record.headers().add(name, value.getBytes(StandardCharsets.UTF_8)));
    return record;
  }

  /**
   * Reads an event from a record in binary mode.
   *
   * @throws BadJsonException if the record is no event, or its data is no JSON object
   */
  public static CloudEvent of(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value() == null ? new byte[0] : record.value();
    try {
      return new CloudEvent(
          requireHeader(record, "ce_id"),
          requireHeader(record, "ce_source"),
          requireHeader(record, "ce_type"),
          requireHeader(record, "ce_subject"),
          Instant.parse(requireHeader(record, "ce_time")),
          Json.readObject(value),
          readCallbackUrl(record));
    } catch (DateTimeParseException e) {
      throw new BadJsonException(
          "invalid ce_time: %s (RFC 3339 expected)".formatted(e.getParsedString()));
    }
  }

  /** The event as one line of JSON in CloudEvents' structured mode. */
  public String toJson() {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("specversion", "1.0");
    event.put("id", id);
    event.put("source", source);
    event.put("type", type);
    event.put("subject", subject);
    event.put("time", time.toString());
    event.put("datacontenttype", "application/json");
    event.put("data", data);
    return new String(Json.write(event), StandardCharsets.UTF_8);
  }

  private static String readCallbackUrl(ConsumerRecord<byte[], byte[]> record) {
    return record.headers().lastHeader(CALLBACK_HEADER) == null
        ? ""
        : requireHeader(record, CALLBACK_HEADER);
  }

  /**
   * Reads an event from one line of JSON, as {@link #toJson} writes it.
   *
   * @throws BadJsonException if the line is no event
   */
  public static CloudEvent ofJson(String line) {
    Map<String, Object> event = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
    if (!(event.get("data") instanceof Map<?, ?> inner)) {
      throw new BadJsonException("no event: data is no object");
    }
    Map<String, Object> data = new LinkedHashMap<>();
    inner.forEach((name, value) -> data.put(String.valueOf(name), value));
    try {
      return new CloudEvent(
          String.valueOf(event.get("id")),
          String.valueOf(event.get("source")),
          String.valueOf(event.get("type")),
          String.valueOf(event.get("subject")),
          Instant.parse(String.valueOf(event.get("time"))),
          data,
          "");
    } catch (DateTimeParseException e) {
      throw new BadJsonException(
          "invalid time: %s (RFC 3339 expected)".formatted(e.getParsedString()));
    }
  }

  private static String requireHeader(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    if (header == null || header.value() == null) {
      throw new BadJsonException("no event: the header %s is missing".formatted(name));
    }
    return new String(header.value(), StandardCharsets.UTF_8);
  }
}
