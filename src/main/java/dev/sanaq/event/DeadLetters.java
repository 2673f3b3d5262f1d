package dev.sanaq.event;

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
public final class DeadLetters {
  /** Why the record could not be read. */
  public static final String REASON = "sanaq-reason";

  /** The topic it came from. */
  public static final String TOPIC = "sanaq-source-topic";

  /** The partition it came from. */
  public static final String PARTITION = "sanaq-source-partition";

  /** Its offset there. */
  public static final String OFFSET = "sanaq-source-offset";

  /** Its timestamp there, milliseconds since 1970. */
  public static final String TIMESTAMP = "sanaq-source-timestamp";

  /** The length of the value, where it was too long to be kept whole. */
  public static final String CUT_FROM = "sanaq-cut-from-bytes";

  /** Every header that is ours, not the sender's. */
  static final Set<String> OWN = Set.of(REASON, TOPIC, PARTITION, OFFSET, TIMESTAMP, CUT_FROM);

  private static final int KEPT = 64 * 1024;

  private final String topic;

  /**
   * @param topic where dead letters go
   */
  public DeadLetters(String topic) {
    this.topic = topic;
  }

  /** The letter for a record. */
  public ProducerRecord<byte[], byte[]> of(ConsumerRecord<byte[], byte[]> record, String reason) {
    ProducerRecord<byte[], byte[]> letter =
        new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers());
    add(letter, REASON, reason);
    add(letter, TOPIC, record.topic());
    add(letter, PARTITION, String.valueOf(record.partition()));
    add(letter, OFFSET, String.valueOf(record.offset()));
    add(letter, TIMESTAMP, String.valueOf(record.timestamp()));
    return letter;
  }

  /**
   * A letter that the broker takes where it refuses the whole one as too large: with our headers a
   * record that just fitted its topic does not fit this one any more.
   */
  public static ProducerRecord<byte[], byte[]> cut(ProducerRecord<byte[], byte[]> letter) {
    byte[] value = letter.value() == null ? new byte[0] : letter.value();
    ProducerRecord<byte[], byte[]> shorter =
        new ProducerRecord<>(letter.topic(), Arrays.copyOf(value, Math.min(value.length, KEPT)));
    for (String name : List.of(REASON, TOPIC, PARTITION, OFFSET, TIMESTAMP)) {
      shorter.headers().add(letter.headers().lastHeader(name));
    }
    add(shorter, CUT_FROM, String.valueOf(value.length));
    return shorter;
  }

  private static void add(ProducerRecord<byte[], byte[]> letter, String name, String value) {
    letter.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
