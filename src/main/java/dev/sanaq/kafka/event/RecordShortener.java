package dev.sanaq.kafka.event;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.deadletter.DeadLetterFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Shortens records that the broker rejects as too large: a dead letter loses most of its value, a
 * terminal event the parts that its client knows. Any number of threads.
 */
final class RecordShortener {
  private static final String OMITTED = "omitted";
  private static final List<String> OPTIONAL_DATA = List.of("request", "metadata");

  private RecordShortener() {}

  /** A shorter record that replaces this one; empty if there is none. */
  static Optional<ProducerRecord<byte[], byte[]>> shorten(ProducerRecord<byte[], byte[]> record) {
    if (record.headers().lastHeader(DeadLetterFactory.REASON) != null) {
      return DeadLetterFactory.truncate(record);
    }
    return record.headers().lastHeader("ce_type") == null ? Optional.empty() : shortenEvent(record);
  }

  private static Optional<ProducerRecord<byte[], byte[]>> shortenEvent(
      ProducerRecord<byte[], byte[]> record) {
    Map<String, Object> data;
    try {
      data = Json.readObject(record.value());
    } catch (BadJsonException e) {
      return Optional.empty();
    }
    List<String> omitted = new ArrayList<>(OPTIONAL_DATA);
    omitted.retainAll(data.keySet());
    if (omitted.isEmpty()) {
      return Optional.empty();
    }
    data.keySet().removeAll(omitted);
    data.put(OMITTED, omitted);
    return Optional.of(
        new ProducerRecord<>(
            record.topic(), record.partition(), record.key(), Json.write(data), record.headers()));
  }
}
