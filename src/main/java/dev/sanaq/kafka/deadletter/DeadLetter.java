package dev.sanaq.kafka.deadletter;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A record of the dead-letter topic, as {@link DeadLetterFactory} wrote it. */
public final class DeadLetter {
  private final ConsumerRecord<byte[], byte[]> record;

  DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    this.record = record;
  }

  /** Its position in the dead-letter topic, {@code partition@offset}; identifies it. */
  public String position() {
    return record.partition() + "@" + record.offset();
  }

  /** When it was written to the dead-letter topic. */
  public Instant time() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** Why the record could not be read. */
  public String reason() {
    return header(DeadLetterFactory.REASON);
  }

  /** The position of the original record, {@code topic-partition@offset}. */
  public String source() {
    return "%s-%s@%s"
        .formatted(
            header(DeadLetterFactory.SOURCE_TOPIC),
            header(DeadLetterFactory.SOURCE_PARTITION),
            header(DeadLetterFactory.SOURCE_OFFSET));
  }

  /** The length of the value in bytes. */
  public int bytes() {
    return record.value() == null ? 0 : record.value().length;
  }

  /**
   * Whether it can be replayed: false if truncated, or not written by {@link DeadLetterFactory}.
   */
  public boolean isComplete() {
    return record.headers().lastHeader(DeadLetterFactory.ORIGINAL_BYTES) == null
        && !header(DeadLetterFactory.SOURCE_TOPIC).isEmpty();
  }

  /** The properties by name, for JSON output. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("position", position());
    map.put("time", time().toString());
    map.put("source", source());
    map.put("reason", reason());
    map.put("bytes", bytes());
    map.put("complete", isComplete());
    return map;
  }

  /** The original record, for its source topic. */
  ProducerRecord<byte[], byte[]> toOriginalRecord() {
    ProducerRecord<byte[], byte[]> original =
        new ProducerRecord<>(header(DeadLetterFactory.SOURCE_TOPIC), record.key(), record.value());
    for (Header header : record.headers()) {
      if (!DeadLetterFactory.OWN_HEADERS.contains(header.key())) {
        original.headers().add(header);
      }
    }
    return original;
  }

  private String header(String name) {
    Header header = record.headers().lastHeader(name);
    return header == null || header.value() == null
        ? ""
        : new String(header.value(), StandardCharsets.UTF_8);
  }
}
