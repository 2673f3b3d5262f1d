package dev.sanaq.intake;

import dev.sanaq.job.JobIds;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * A CloudEvents 1.0 envelope's required attributes, checked.
 *
 * @param id unique within the source
 * @param source where the event happened
 * @param dataContentType the data's media type, empty for JSON
 */
record Envelope(String id, String source, String dataContentType) {
  static final String BINARY_MARK = "ce_specversion";
  static final String STRUCTURED = "application/cloudevents";

  private static final int LONGEST = 1000;

  /** From the headers of a record in binary mode. */
  static Envelope binary(Headers headers) {
    version(headers.text(BINARY_MARK));
    for (String name : List.of("id", "source", "type")) {
      attribute(name, headers.text("ce_" + name));
    }
    return new Envelope(headers.text("ce_id"), headers.text("ce_source"), "");
  }

  /** From an event in structured mode. */
  static Envelope structured(Map<String, Object> event) {
    version(text(event, "specversion"));
    for (String name : List.of("id", "source", "type")) {
      attribute(name, text(event, name));
    }
    return new Envelope(text(event, "id"), text(event, "source"), text(event, "datacontenttype"));
  }

  /** The data of an event in structured mode: an object, or base64 of an object's JSON. */
  @SuppressWarnings("unchecked") // a JSON object's names are strings
  static Map<String, Object> data(Map<String, Object> event) {
    if (event.get("data") instanceof Map<?, ?> data) {
      return (Map<String, Object>) data;
    }
    if (event.get("data_base64") instanceof String encoded) {
      try {
        return Json.object(Base64.getDecoder().decode(encoded));
      } catch (IllegalArgumentException e) {
        throw new BadJsonException("data_base64 is not base64: " + e.getMessage());
      }
    }
    throw new BadEnvelopeException("the event's data is no JSON object");
  }

  /** The id of a job that brings none of its own. */
  String jobId() {
    return JobIds.ofCloudEvent(id, source);
  }

  private static void version(String version) {
    if (!version.equals("1.0")) {
      throw new BadEnvelopeException(
          "CloudEvents specversion \"%s\"; only 1.0 is known".formatted(version));
    }
  }

  private static void attribute(String name, String value) {
    if (value.isEmpty() || value.length() > LONGEST) {
      throw new BadEnvelopeException(
          "CloudEvents attribute %s has %d characters; it needs 1 to %d"
              .formatted(name, value.length(), LONGEST));
    }
  }

  private static String text(Map<String, Object> event, String name) {
    return event.get(name) instanceof String text ? text : "";
  }
}
