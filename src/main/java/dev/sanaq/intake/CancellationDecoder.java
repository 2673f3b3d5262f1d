package dev.sanaq.intake;

import dev.sanaq.job.JobIds;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a cancellation from a Kafka record: {@code {"id": "order-42", "reason": "..."}}, in a
 * CloudEvents envelope or without. Any number of threads.
 */
public final class CancellationDecoder {
  private static final int LONGEST_REASON = 500;
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
    Decoded decoded = decoder.decode(record);
    if (decoded instanceof Decoded.Unreadable unreadable) {
      return new Unreadable(unreadable.reason());
    }
    Map<String, Object> fields = ((Decoded.Request) decoded).request().fields();
    if (!(fields.get("id") instanceof String id) || !JobIds.valid(id)) {
      return new Unreadable("a cancellation's id is " + JobIds.ALLOWED);
    }
    if (!FIELDS.containsAll(fields.keySet())) {
      return new Unreadable("a cancellation has the fields id and reason, and no others");
    }
    Object reason = fields.get("reason");
    if (reason == null) {
      return new Readable(new Cancellation(id, ""));
    }
    return reason instanceof String text && isWritable(text)
        ? new Readable(new Cancellation(id, text))
        : new Unreadable(
            "a cancellation's reason is text of at most %d characters".formatted(LONGEST_REASON));
  }

  // Half a surrogate pair cannot be written again.
  private static boolean isWritable(String text) {
    return text.length() <= LONGEST_REASON
        && text.codePoints()
            .noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
  }
}
