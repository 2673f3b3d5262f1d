package dev.sanaq.kafka.request;

import dev.sanaq.job.JobIds;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a cancellation from a Kafka record: {@code {"id": "order-42", "reason": "..."}}, in a
 * CloudEvents envelope or without. Any number of threads.
 */
public final class CancellationDecoder {
  private static final int MAX_REASON_LENGTH = 500;
  private static final Set<String> FIELDS = Set.of("id", "reason");

  private final RecordDecoder decoder;

  /** What came of a record. */
  public sealed interface Result {}

  /** Somebody takes a job back. */
  public record Readable(Cancellation cancellation) implements Result {}

  /** No cancellation; the reason says why. */
  public record Unreadable(String reason) implements Result {}

  public CancellationDecoder(RecordDecoder decoder) {
    this.decoder = decoder;
  }

  /** Reads the record; nothing that it holds makes this throw. */
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
    Object reason = fields.get("reason");
    if (reason == null) {
      return new Readable(new Cancellation(id, ""));
    }
    return reason instanceof String text && isValidReason(text)
        ? new Readable(new Cancellation(id, text))
        : new Unreadable(
            "a cancellation's reason is text of at most %d characters"
                .formatted(MAX_REASON_LENGTH));
  }

  // Half a surrogate pair cannot be written again.
  private static boolean isValidReason(String text) {
    return text.length() <= MAX_REASON_LENGTH
        && text.codePoints()
            .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
