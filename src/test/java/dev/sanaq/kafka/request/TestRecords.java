package dev.sanaq.kafka.request;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;

/** Records as a consumer gets them, at offset 5 of requests-2. */
final class TestRecords {
  private TestRecords() {}

  static ConsumerRecord<byte[], byte[]> of(String value, String... headers) {
    return of(value.getBytes(StandardCharsets.UTF_8), headers);
  }

  static ConsumerRecord<byte[], byte[]> sentAt(long timestamp, String value) {
    return of(timestamp, value.getBytes(StandardCharsets.UTF_8));
  }

  static ConsumerRecord<byte[], byte[]> of(byte[] value, String... headers) {
    return of(0, value, headers);
  }

  @SuppressWarnings("NullAway") // a record without key, as Kafka has it
  private static ConsumerRecord<byte[], byte[]> of(
      long timestamp, byte[] value, String... headers) {
    RecordHeaders all = new RecordHeaders();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return new ConsumerRecord<>(
        "requests",
        2,
        5,
        timestamp,
        TimestampType.CREATE_TIME,
        0,
        value.length,
        null,
        value,
        all,
        Optional.empty());
  }

  @SuppressWarnings("NullAway") // a tombstone, as Kafka has it
  static ConsumerRecord<byte[], byte[]> tombstone() {
    return new ConsumerRecord<>("requests", 2, 5, null, null);
  }
}
