package dev.sanaq.kafka.request;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.JobIds;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.RecordHash;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Decodes request records: plain JSON, or CloudEvents 1.0 in binary mode ({@code ce_} headers) or
 * structured mode (content type {@code application/cloudevents+json}), as in the CloudEvents Kafka
 * protocol binding. Any number of threads.
 */
public final class RecordDecoder {
  private static final int MAX_REASON_LENGTH = 500;

  private final int maxRecordBytes;

  /**
   * @param maxRecordBytes the longest record value, in bytes
   */
  public RecordDecoder(int maxRecordBytes) {
    this.maxRecordBytes = maxRecordBytes;
  }

  /** Decodes a record; never throws. */
  public DecodedRecord decode(ConsumerRecord<byte[], byte[]> record) {
    RecordHeaders headers = RecordHeaders.of(record.headers());
    String id = "";
    try {
      String contentType = mediaType(headers.text("content-type"));
      if (contentType.startsWith(CloudEventEnvelope.STRUCTURED_MEDIA_TYPE)) {
        return decodeStructured(record, contentType);
      }
      String derived = "";
      if (headers.has(CloudEventEnvelope.BINARY_MODE_HEADER)) {
        derived = CloudEventEnvelope.ofBinaryMode(headers).jobId();
        id = derived;
      }
      requireJson(contentType);
      Map<String, Object> fields = Json.readObject(checkedValue(record));
      return new DecodedRecord.Request(
          new GenerationRequest(fields), derived.isEmpty() ? idOfRecord(record) : derived);
    } catch (BadJsonException | InvalidCloudEventException e) {
      return new DecodedRecord.Unreadable(shortenedMessage(e), readJobId(record, id));
    }
  }

  private static String idOfRecord(ConsumerRecord<byte[], byte[]> record) {
    return JobIds.ofRecord(
        record.topic(), record.partition(), record.offset(), RecordHash.of(record));
  }

  private DecodedRecord decodeStructured(
      ConsumerRecord<byte[], byte[]> record, String contentType) {
    if (!contentType.equals(CloudEventEnvelope.STRUCTURED_MEDIA_TYPE + "+json")) {
      throw new InvalidCloudEventException(
          "content type %s is not supported; send one event a record, as %s+json"
              .formatted(contentType, CloudEventEnvelope.STRUCTURED_MEDIA_TYPE));
    }
    Map<String, Object> event = Json.readObject(checkedValue(record));
    CloudEventEnvelope envelope = CloudEventEnvelope.ofStructuredMode(event);
    try {
      requireJson(mediaType(envelope.dataContentType()));
      return new DecodedRecord.Request(
          new GenerationRequest(CloudEventEnvelope.data(event)), envelope.jobId());
    } catch (BadJsonException | InvalidCloudEventException e) {
      return new DecodedRecord.Unreadable(shortenedMessage(e), envelope.jobId());
    }
  }

  private byte[] checkedValue(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null || value.length == 0) {
      throw new BadJsonException("an empty record");
    }
    if (value.length > maxRecordBytes) {
      throw new BadJsonException(
          "%s bytes; a request has at most %s".formatted(value.length, maxRecordBytes));
    }
    return value;
  }

  // The id may be readable before the position of the JSON error.
  private String readJobId(ConsumerRecord<byte[], byte[]> record, String envelopeId) {
    byte[] value = record.value();
    if (value == null || value.length > maxRecordBytes) {
      return envelopeId;
    }
    String id = TruncatedJsonIdReader.find(value);
    return id.isEmpty() ? envelopeId : id;
  }

  private static void requireJson(String contentType) {
    if (!contentType.isEmpty()
        && !contentType.equals("application/json")
        && !contentType.endsWith("+json")) {
      throw new InvalidCloudEventException(
          "content type %s; a request is application/json".formatted(contentType));
    }
  }

  // The message may quote the client: shorten it, and replace what UTF-8 cannot encode.
  private static String shortenedMessage(RuntimeException e) {
    String message = String.valueOf(e.getMessage());
    String head = message.substring(0, Math.min(message.length(), MAX_REASON_LENGTH));
    return new String(head.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static String mediaType(String contentType) {
    int parameters = contentType.indexOf(';');
    String type = parameters < 0 ? contentType : contentType.substring(0, parameters);
    return type.strip().toLowerCase(Locale.ROOT);
  }
}
