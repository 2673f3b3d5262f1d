package dev.sanaq.kafka.request;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A client's wish to cancel a job.
 *
 * @param id the job's id
 * @param reason free text; may be empty
 */
public record Cancellation(String id, String reason) {
  /** The fields of its record. */
  Map<String, Object> toFields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", id);
    if (!reason.isEmpty()) {
      fields.put("reason", reason);
    }
    return fields;
  }
}
