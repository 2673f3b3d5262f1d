package dev.sanaq.faults.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * A job's terminal event.
 *
 * @param job the job's id, the event's subject
 * @param outcome {@code completed}, {@code cancelled}, or {@code failed:} and the error code
 * @param worker the worker that published it, if it completed
 * @param attempts the attempts of a failed event, else 0
 * @param images the images of a completed event
 */
public record TerminalEvent(
    String job, String outcome, String worker, int attempts, List<StoredObject> images) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An object in S3 that an event names. */
  record StoredObject(String bucket, String key, long bytes, String sha256) {}

  /** Returns whether a record is a terminal event. */
  static boolean isTerminal(ConsumerRecord<byte[], byte[]> record) {
    return header(record, "ce_type")
        .matches("dev\\.sanaq\\.job\\.(completed|failed|cancelled)\\.v1");
  }

  /** Reads a terminal event from a record. */
  static TerminalEvent of(ConsumerRecord<byte[], byte[]> record) {
    JsonNode data = json(record.value());
    String kind = header(record, "ce_type").split("\\.", -1)[3];
    String outcome = kind.equals("failed") ? "failed:" + data.at("/error/code").asText() : kind;
    List<StoredObject> images = new ArrayList<>();
    for (JsonNode image : data.path("images")) {
      images.add(
          new StoredObject(
              image.path("bucket").asText(),
              image.path("key").asText(),
              image.path("bytes").asLong(),
              image.path("sha256").asText()));
    }
    return new TerminalEvent(
        header(record, "ce_subject"),
        outcome,
        data.path("worker").asText(),
        data.path("attempts").asInt(),
        List.copyOf(images));
  }

  /** Returns a header's text, or an empty text if there is none. */
  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static JsonNode json(byte[] text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("an event is not valid JSON", e);
    }
  }
}
