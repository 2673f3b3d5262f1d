package dev.sanaq.kafka.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Creates dead letters: a copy of a record that could not be read, with headers for the reason and
 * the source position. Any number of threads.
 */
public final class DeadLetterFactory {
  /** Why the record could not be read. */
  public static final String REASON = "sanaq-reason";

  /** The source topic. */
  public static final String SOURCE_TOPIC = "sanaq-source-topic";

  /** The source partition. */
  public static final String SOURCE_PARTITION = "sanaq-source-partition";

  /** The source offset. */
  public static final String SOURCE_OFFSET = "sanaq-source-offset";

  /** The source timestamp, milliseconds since 1970. */
  public static final String SOURCE_TIMESTAMP = "sanaq-source-timestamp";

  /** The original length of a truncated value, in bytes. */
  public static final String ORIGINAL_BYTES = "sanaq-original-bytes";

  /** The headers that are added here; all others are the sender's. */
  static final Set<String> OWN_HEADERS =
      Set.of(
          REASON, SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, SOURCE_TIMESTAMP, ORIGINAL_BYTES);

  private static final int MAX_TRUNCATED_BYTES = 64 * 1024;

  private final String topic;

  /**
   * @param topic the dead-letter topic
   */
  public DeadLetterFactory(String topic) {
    this.topic = topic;
  }

  /** Creates the dead letter of a record. */
  public ProducerRecord<byte[], byte[]> create(
      ConsumerRecord<byte[], byte[]> record, String reason) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers());
    addHeader(letter, REASON, reason);
    addHeader(letter, SOURCE_TOPIC, record.topic());
    addHeader(letter, SOURCE_PARTITION, String.valueOf(record.partition()));
    addHeader(letter, SOURCE_OFFSET, String.valueOf(record.offset()));
    addHeader(letter, SOURCE_TIMESTAMP, String.valueOf(record.timestamp()));
    return letter;
  }

  /**
   * Truncates a dead letter that the broker rejects as too large: with the added headers, a record
   * that just fitted its topic may exceed the limit.
   *
   * @return empty if it is no shorter than this
   */
  public static Optional<ProducerRecord<byte[], byte[]>> truncate(
      ProducerRecord<byte[], byte[]> letter) {
    byte[] value = letter.value() == null ? new byte[0] : letter.value();
    ProducerRecord<byte[], byte[]> truncated =
        new ProducerRecord<>(
            letter.topic(), Arrays.copyOf(value, Math.min(value.length, MAX_TRUNCATED_BYTES)));
    for (String name :
        List.of(REASON, SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, SOURCE_TIMESTAMP)) {
      truncated.headers().add(letter.headers().lastHeader(name));
    }
    boolean isShorter =
        value.length > MAX_TRUNCATED_BYTES
            || letter.key() != null
            || letter.headers().toArray().length > OWN_HEADERS.size();
    addHeader(truncated, ORIGINAL_BYTES, String.valueOf(value.length));
    return isShorter ? Optional.of(truncated) : Optional.empty();
  }

  private static void addHeader(ProducerRecord<byte[], byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
