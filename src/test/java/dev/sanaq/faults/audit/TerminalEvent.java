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
 * A job's terminal event, as a reader sees it.
 *
 * @param job the job's id, the event's subject
 * @param outcome {@code completed}, {@code cancelled}, or {@code failed:} and the code
 * @param attempts what a failed event tells, else 0
 * @param images what a completed event names
 */
public record TerminalEvent(String job, String outcome, int attempts, List<StoredObject> images) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** An object that an event names. */
  record StoredObject(String bucket, String key, long bytes, String sha256) {}

  /** Whether the record is a terminal event. */
  static boolean isTerminal(ConsumerRecord<byte[], byte[]> record) {
    return header(record, "ce_type")
        .matches("dev\\.sanaq\\.job\\.(completed|failed|cancelled)\\.v1");
  }

  /** Reads the terminal event that a record is. */
  static TerminalEvent of(ConsumerRecord<byte[], byte[]> record) {
    JsonNode data = json(record.value());
    String kind = header(record, "ce_type").split("\\.", -1)[3];
    String how = kind.equals("failed") ? "failed:" + data.at("/error/code").asText() : kind;
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
        header(record, "ce_subject"), how, data.path("attempts").asInt(), List.copyOf(images));
  }

  /** A header's text, empty where there is none. */
  static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
  }

  private static JsonNode json(byte[] text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("an event is no JSON", e);
    }
  }
}
