package dev.sanaq.kafka;

import dev.sanaq.job.Sha256;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Identifies a request's record: by its place, its timestamp and its value. A record that is read
 * again has the same hash; a record with the same job id, or at the same place of a topic that was
 * created again, has another. Any number of threads.
 */
public final class RecordHash {
  /** The length of a hash, in hexadecimal digits. */
  public static final int DIGITS = 16;

  private RecordHash() {}

  /** The record's hash: 16 lower-case hexadecimal digits. */
  public static String of(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value() == null ? new byte[0] : record.value();
    String place = record.topic() + ' ' + record.partition() + ' ' + record.offset();
    return Sha256.hex(place + ' ' + record.timestamp() + ' ' + Sha256.hex(value))
        .substring(0, DIGITS);
  }
}
