package dev.sanaq.kafka.request;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A client's wish to cancel a job.
 *
 * @param id the job's id
 * @param reason free text; may be empty
 * @param sentAt the record's timestamp
 */
public record Cancellation(String id, String reason, Instant sentAt) {
  /** The fields of a cancellation's record. */
  static Map<String, Object> fields(String id, String reason) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", id);
    if (!reason.isEmpty()) {
      fields.put("reason", reason);
    }
    return fields;
  }
}
