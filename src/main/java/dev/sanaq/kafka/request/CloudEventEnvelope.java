package dev.sanaq.kafka.request;

import dev.sanaq.job.JobIds;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/**
 * The validated required attributes of a CloudEvents 1.0 envelope.
 *
 * @param id unique within the source
 * @param source the event source
 * @param dataContentType the media type of the data; empty for JSON
 */
record CloudEventEnvelope(String id, String source, String dataContentType) {
  static final String BINARY_MODE_HEADER = "ce_specversion";
  static final String STRUCTURED_MEDIA_TYPE = "application/cloudevents";

  private static final int MAX_ATTRIBUTE_LENGTH = 1000;

  /** Reads the headers of a record in binary mode. */
  static CloudEventEnvelope ofBinaryMode(RecordHeaders headers) {
    checkSpecVersion(headers.text(BINARY_MODE_HEADER));
    for (String name : List.of("id", "source", "type")) {
      checkAttribute(name, headers.text("ce_" + name));
    }
    return new CloudEventEnvelope(headers.text("ce_id"), headers.text("ce_source"), "");
  }

  /** Reads an event in structured mode. */
  static CloudEventEnvelope ofStructuredMode(Map<String, Object> event) {
    checkSpecVersion(text(event, "specversion"));
    for (String name : List.of("id", "source", "type")) {
      checkAttribute(name, text(event, name));
    }
    return new CloudEventEnvelope(
        text(event, "id"), text(event, "source"), text(event, "datacontenttype"));
  }

  /** The data of an event in structured mode: an object, or base64 of an object's JSON. */
  @SuppressWarnings("unchecked") // names are strings
  static Map<String, Object> data(Map<String, Object> event) {
    if (event.get("data") instanceof Map<?, ?> data) {
      return (Map<String, Object>) data;
    }
    if (event.get("data_base64") instanceof String encoded) {
      try {
        return Json.readObject(Base64.getDecoder().decode(encoded));
      } catch (IllegalArgumentException e) {
        throw new BadJsonException("data_base64 is not base64: " + e.getMessage());
      }
    }
    throw new InvalidCloudEventException("the event's data is not a JSON object");
  }

  /** The id of a job whose request has none, derived from id and source. */
  String jobId() {
    return JobIds.ofCloudEvent(id, source);
  }

  private static void checkSpecVersion(String version) {
    if (!version.equals("1.0")) {
      throw new InvalidCloudEventException(
          "CloudEvents specversion \"%s\" is not supported; use 1.0".formatted(version));
    }
  }

  private static void checkAttribute(String name, String value) {
    if (value.isEmpty() || value.length() > MAX_ATTRIBUTE_LENGTH) {
      throw new InvalidCloudEventException(
          "CloudEvents attribute %s has %s characters; it needs 1 to %s"
              .formatted(name, value.length(), MAX_ATTRIBUTE_LENGTH));
    }
  }

  private static String text(Map<String, Object> event, String name) {
    return event.get(name) instanceof String text ? text : "";
  }
}
