package dev.sanaq.faults.request;

import dev.sanaq.testing.kafka.MalformedValues;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Malformed records: damaged JSON, values of wrong types, contradictory envelopes, noise, and
 * cancellations of the same kind. If a record has an id, it is {@link #id} and stays undamaged, so
 * that the answer can be matched; records without an id are matched by partition and offset.
 */
public final class BadInputs {
  private static final String BODY =
      "\"prompt\":\"p\",\"width\":32,\"height\":32,\"steps\":1,\"guidanceScale\":4.5,\"seed\":7,"
          + "\"count\":1,\"format\":\"png\",\"resolutionBinning\":false,"
          + "\"deadline\":\"2099-12-01T00:00:00Z\",\"metadata\":{\"k\":[1,{\"l\":null}]}}";

  private final Random random;

  public BadInputs(Random random) {
    this.random = random;
  }

  /** Returns the id of the n-th record's job, if the record has one. */
  static String id(int n) {
    return "bad." + n + ".";
  }

  /** Returns the n-th malformed request. */
  public ProducerRecord<byte[], byte[]> request(int n) {
    return switch (random.nextInt(8)) {
      case 0 -> record(TestRequests.TOPIC, noise());
      case 1 -> record(TestRequests.TOPIC, null);
      case 2, 3 -> record(TestRequests.TOPIC, corrupted("{\"id\":\"" + id(n) + "\",", BODY));
      case 4 -> record(TestRequests.TOPIC, fields("{\"id\":\"" + id(n) + "\","));
      case 5 -> record(TestRequests.TOPIC, fields("{"));
      case 6 -> binary(n);
      default -> structured(n);
    };
  }

  /** Returns the n-th malformed cancellation; some name the job of a malformed request. */
  public ProducerRecord<byte[], byte[]> cancellation(int n) {
    String id = random.nextBoolean() ? id(n) : "unknown";
    return switch (random.nextInt(4)) {
      case 0 -> record("sanaq.cancellations", noise());
      case 1 -> record("sanaq.cancellations", null);
      case 2 -> record("sanaq.cancellations", fields("{\"id\":\"" + id + "\","));
      default ->
          record("sanaq.cancellations", corrupted("{", "\"id\":\"" + id + "\",\"reason\":1}"));
    };
  }

  private ProducerRecord<byte[], byte[]> binary(int n) {
    ProducerRecord<byte[], byte[]> record =
        record(TestRequests.TOPIC, random.nextBoolean() ? fields("{") : corrupted("{", BODY));
    header(record, "ce_specversion", random.nextInt(4) == 0 ? "0.3" : "1.0");
    header(record, "ce_id", id(n));
    header(record, "ce_source", random.nextInt(4) == 0 ? "" : "/source");
    header(record, "ce_type", "t");
    header(record, "content-type", pick(MalformedValues.CONTENT_TYPES));
    return record;
  }

  private ProducerRecord<byte[], byte[]> structured(int n) {
    String head =
        "{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"t\",\"id\":\"" + id(n) + "\",";
    String data = new String(fields("{"), StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> record =
        record(TestRequests.TOPIC, corrupted(head, "\"data\":" + data + "}"));
    header(record, "content-type", pick(MalformedValues.CONTENT_TYPES));
    return record;
  }

  private byte[] fields(String head) {
    StringBuilder text = new StringBuilder(head).append("\"prompt\":\"p\"");
    for (int i = 0; i <= random.nextInt(3); i++) {
      text.append(
          ",\"%s\":%s".formatted(pick(MalformedValues.NAMES), pick(MalformedValues.VALUES)));
    }
    return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** Returns the text with up to three bytes of its tail replaced, or with the tail truncated. */
  private byte[] corrupted(String head, String tail) {
    byte[] bytes = (head + tail).getBytes(StandardCharsets.UTF_8);
    int safe = head.getBytes(StandardCharsets.UTF_8).length;
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[safe + random.nextInt(bytes.length - safe)] = (byte) random.nextInt(256);
    }
    boolean cut = random.nextInt(4) == 0;
    return cut ? java.util.Arrays.copyOf(bytes, safe + random.nextInt(bytes.length - safe)) : bytes;
  }

  // Sometimes nearly as large as the topic permits, and far larger than a request may be.
  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200) == 0 ? 900_000 : random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private String pick(List<String> options) {
    return options.get(random.nextInt(options.size()));
  }

  @SuppressWarnings("NullAway") // a record without a value is one of the cases
  private static ProducerRecord<byte[], byte[]> record(
      String topic, byte @org.jspecify.annotations.Nullable [] value) {
    return new ProducerRecord<>(topic, value);
  }

  private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
