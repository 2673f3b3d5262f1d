package dev.sanaq.kafka.deadletter;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;

/** A record of the dead letters' topic, as {@link DeadLetterFactory} wrote it. */
public final class DeadLetter {
  private final ConsumerRecord<byte[], byte[]> record;

  DeadLetter(ConsumerRecord<byte[], byte[]> record) {
    this.record = record;
  }

  /** Its own place, {@code partition@offset}: what it is called by. */
  public String position() {
    return record.partition() + "@" + record.offset();
  }

  /** When it became one. */
  public Instant time() {
    return Instant.ofEpochMilli(record.timestamp());
  }

  /** Why. */
  public String reason() {
    return header(DeadLetterFactory.REASON);
  }

  /** Where it came from, {@code topic-partition@offset}. */
  public String source() {
    return "%s-%s@%s"
        .formatted(
            header(DeadLetterFactory.SOURCE_TOPIC),
            header(DeadLetterFactory.SOURCE_PARTITION),
            header(DeadLetterFactory.SOURCE_OFFSET));
  }

  /** The length of its value in bytes. */
  public int bytes() {
    return record.value() == null ? 0 : record.value().length;
  }

  /** Whether it is all there: one that was cut, or that nobody here wrote, cannot be sent again. */
  public boolean isComplete() {
    return record.headers().lastHeader(DeadLetterFactory.ORIGINAL_BYTES) == null
        && !header(DeadLetterFactory.SOURCE_TOPIC).isEmpty();
  }

  /** What there is to tell, for scripts. */
  public Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("place", position());
    map.put("time", time().toString());
    map.put("source", source());
    map.put("reason", reason());
    map.put("bytes", bytes());
    map.put("whole", isComplete());
    return map;
  }

  /** The record as it once came, for the topic that it came from. */
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
