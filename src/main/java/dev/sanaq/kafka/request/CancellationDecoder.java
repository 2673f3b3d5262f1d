package dev.sanaq.kafka.request;

import dev.sanaq.job.JobIds;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Decodes cancellation records: {@code {"id": "order-42", "reason": "..."}}, with or without a
 * CloudEvents envelope. Any number of threads.
 */
public final class CancellationDecoder {
  private static final int MAX_REASON_LENGTH = 500;
  private static final Set<String> FIELDS = Set.of("id", "reason");

  private final RecordDecoder decoder;

  /** The result of decoding a record. */
  public sealed interface Result {}

  /** A cancellation. */
  public record Readable(Cancellation cancellation) implements Result {}

  /** The record is no cancellation; the reason says why. */
  public record Unreadable(String reason) implements Result {}

  public CancellationDecoder(RecordDecoder decoder) {
    this.decoder = decoder;
  }

  /** Decodes a record; never throws. */
  public Result decode(ConsumerRecord<byte[], byte[]> record) {
    DecodedRecord decoded = decoder.decode(record);
    if (decoded instanceof DecodedRecord.Unreadable unreadable) {
      return new Unreadable(unreadable.reason());
    }
    Map<String, Object> fields = ((DecodedRecord.Request) decoded).request().fields();
    if (!(fields.get("id") instanceof String id) || !JobIds.isValid(id)) {
      return new Unreadable("a cancellation's id is " + JobIds.ALLOWED);
    }
    if (!FIELDS.containsAll(fields.keySet())) {
      return new Unreadable("a cancellation has the fields id and reason, and no others");
    }
    Instant sentAt = Instant.ofEpochMilli(record.timestamp());
    Object reason = fields.get("reason");
    if (reason == null) {
      return new Readable(new Cancellation(id, "", sentAt));
    }
    return reason instanceof String text && isValidReason(text)
        ? new Readable(new Cancellation(id, text, sentAt))
        : new Unreadable(
            "a cancellation's reason is text of at most %s characters"
                .formatted(MAX_REASON_LENGTH));
  }

  // Lone surrogates cannot be encoded as UTF-8.
  private static boolean isValidReason(String text) {
    return text.length() <= MAX_REASON_LENGTH
        && text.codePoints()
            .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
