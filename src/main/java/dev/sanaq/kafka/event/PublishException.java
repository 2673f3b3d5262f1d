package dev.sanaq.kafka.event;

import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * The broker did not take certain records, so that their transaction was aborted. Others of the
 * same transaction may be published without them.
 */
public final class PublishException extends KafkaException {
  private static final long serialVersionUID = 1;

  private final transient List<ProducerRecord<byte[], byte[]>> rejected;
  private final RuntimeException reason;

  /**
   * @param rejected at least one record
   * @param cause the client's error for the first of them
   */
  PublishException(List<ProducerRecord<byte[], byte[]>> rejected, RuntimeException cause) {
    super(describe(rejected.get(0), cause), cause);
    this.rejected = List.copyOf(rejected);
    this.reason = cause;
  }

  /** The records that were not taken, as they were given to the publisher. */
  public List<ProducerRecord<byte[], byte[]>> rejected() {
    return rejected;
  }

  /** Whether the records are too large for the client's or the broker's limit. */
  public boolean isTooLarge() {
    return reason instanceof RecordTooLargeException;
  }

  /** Whether the cause is the topic, so that it takes no other record either. */
  public boolean isTopicFailure() {
    return reason instanceof TimeoutException
        || reason instanceof AuthorizationException
        || reason instanceof InvalidTopicException
        || reason instanceof UnknownTopicOrPartitionException;
  }

  /** The same for other records, by which the caller knows them. */
  PublishException withRejected(List<ProducerRecord<byte[], byte[]>> others) {
    return new PublishException(others, reason);
  }

  private static String describe(ProducerRecord<byte[], byte[]> record, RuntimeException cause) {
    return "topic %s does not take a record of %s bytes: %s; %s"
        .formatted(
            record.topic(), sizeOf(record), cause.getMessage(), remedy(record.topic(), cause));
  }

  private static String remedy(String topic, RuntimeException cause) {
    if (cause instanceof RecordTooLargeException) {
      return "raise max.message.bytes of the topic, or kafka.max.request.size";
    }
    if (cause instanceof AuthorizationException) {
      return "allow this program to write to " + topic;
    }
    return "create the topic if it is missing, or set its name (sanaq.topics.*);"
        + " else check the brokers";
  }

  /** The length of key, value and headers, in bytes. */
  public static int sizeOf(ProducerRecord<byte[], byte[]> record) {
    int size = length(record.key()) + length(record.value());
    for (Header header : record.headers()) {
      size += header.key().length() + length(header.value());
    }
    return size;
  }

  private static int length(byte @Nullable [] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
