package dev.sanaq.intake;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Reads a request from a Kafka record: plain JSON, or CloudEvents 1.0 in binary mode ({@code ce_}
 * headers) or structured mode (content type {@code application/cloudevents+json}), as the
 * CloudEvents Kafka protocol binding has them. Any number of threads.
 */
public final class RecordDecoder {
  private static final int LONGEST_REASON = 500;

  private final int longest;

  /**
   * @param longest bytes of a record's value at most
   */
  public RecordDecoder(int longest) {
    this.longest = longest;
  }

  /** Reads the record; nothing that it holds makes this throw. */
  public Decoded decode(ConsumerRecord<byte[], byte[]> record) {
    Headers headers = Headers.of(record.headers());
    String id = "";
    try {
      String contentType = mediaType(headers.text("content-type"));
      if (contentType.startsWith(Envelope.STRUCTURED)) {
        return structured(record, contentType);
      }
      String derived = JobIds.ofRecord(record.topic(), record.partition(), record.offset());
      if (headers.has(Envelope.BINARY_MARK)) {
        derived = Envelope.binary(headers).jobId();
        id = derived;
      }
      onlyJson(contentType);
      return new Decoded.Request(new GenerationRequest(Json.object(value(record))), derived);
    } catch (BadJsonException | BadEnvelopeException e) {
      return new Decoded.Unreadable(reason(e), named(record, id));
    }
  }

  private Decoded structured(ConsumerRecord<byte[], byte[]> record, String contentType) {
    if (!contentType.equals(Envelope.STRUCTURED + "+json")) {
      throw new BadEnvelopeException(
          "content type %s is not supported; send one event a record, as %s+json"
              .formatted(contentType, Envelope.STRUCTURED));
    }
    Map<String, Object> event = Json.object(value(record));
    Envelope envelope = Envelope.structured(event);
    try {
      onlyJson(mediaType(envelope.dataContentType()));
      return new Decoded.Request(new GenerationRequest(Envelope.data(event)), envelope.jobId());
    } catch (BadJsonException | BadEnvelopeException e) {
      return new Decoded.Unreadable(reason(e), envelope.jobId());
    }
  }

  private byte[] value(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null || value.length == 0) {
      throw new BadJsonException("an empty record");
    }
    if (value.length > longest) {
      throw new BadJsonException(
          "%d bytes; a request has at most %d".formatted(value.length, longest));
    }
    return value;
  }

  // A broken text may still say whose it is before it breaks.
  private String named(ConsumerRecord<byte[], byte[]> record, String envelopeId) {
    byte[] value = record.value();
    if (value == null || value.length > longest) {
      return envelopeId;
    }
    String own = IdFinder.find(value);
    return own.isEmpty() ? envelopeId : own;
  }

  private static void onlyJson(String contentType) {
    if (!contentType.isEmpty()
        && !contentType.equals("application/json")
        && !contentType.endsWith("+json")) {
      throw new BadEnvelopeException(
          "content type %s; a request is application/json".formatted(contentType));
    }
  }

  // What a stranger wrote may stand in a message: short, and such that UTF-8 can say it.
  private static String reason(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    String head = message.substring(0, Math.min(message.length(), LONGEST_REASON));
    return new String(head.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }
}
