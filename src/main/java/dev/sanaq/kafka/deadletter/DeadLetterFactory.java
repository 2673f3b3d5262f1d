package dev.sanaq.kafka.deadletter;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records that could not be read, for people to look at: the same key, bytes and headers, and
 * headers that say why and from where. Any number of threads.
 */
public final class DeadLetterFactory {
  /** Why the record could not be read. */
  public static final String REASON = "sanaq-reason";

  /** The topic it came from. */
  public static final String SOURCE_TOPIC = "sanaq-source-topic";

  /** The partition it came from. */
  public static final String SOURCE_PARTITION = "sanaq-source-partition";

  /** Its offset there. */
  public static final String SOURCE_OFFSET = "sanaq-source-offset";

  /** Its timestamp there, milliseconds since 1970. */
  public static final String SOURCE_TIMESTAMP = "sanaq-source-timestamp";

  /** The length of the value, where it was too long to be kept whole. */
  public static final String ORIGINAL_BYTES = "sanaq-original-bytes";

  /** Every header that is ours, not the sender's. */
  static final Set<String> OWN_HEADERS =
      Set.of(
          REASON, SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, SOURCE_TIMESTAMP, ORIGINAL_BYTES);

  private static final int MAX_TRUNCATED_BYTES = 64 * 1024;

  private final String topic;

  /**
   * @param topic where dead letters go
   */
  public DeadLetterFactory(String topic) {
    this.topic = topic;
  }

  /** The letter for a record. */
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
   * A letter that the broker takes where it refuses the whole one as too large: with our headers a
   * record that just fitted its topic does not fit this one any more.
   */
  public static ProducerRecord<byte[], byte[]> truncate(ProducerRecord<byte[], byte[]> letter) {
    byte[] value = letter.value() == null ? new byte[0] : letter.value();
    ProducerRecord<byte[], byte[]> shorter =
        new ProducerRecord<>(
            letter.topic(), Arrays.copyOf(value, Math.min(value.length, MAX_TRUNCATED_BYTES)));
    for (String name :
        List.of(REASON, SOURCE_TOPIC, SOURCE_PARTITION, SOURCE_OFFSET, SOURCE_TIMESTAMP)) {
      shorter.headers().add(letter.headers().lastHeader(name));
    }
    addHeader(shorter, ORIGINAL_BYTES, String.valueOf(value.length));
    return shorter;
  }

  private static void addHeader(ProducerRecord<byte[], byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
