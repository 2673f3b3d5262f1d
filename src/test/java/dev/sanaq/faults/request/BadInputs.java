package dev.sanaq.faults.request;

import dev.sanaq.faults.audit.EventCollector;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records as no sender means them: damaged JSON, values of wrong types, envelopes that contradict
 * themselves, noise, and cancellations of the same kind. Where a record has an id of its own it is
 * {@link #id}, and no damage reaches it, so that the answer can be told from the answers to all the
 * others; those without are known by their place.
 */
public final class BadInputs {
  private static final String[] NAMES = {
    "prompt",
    "width",
    "height",
    "steps",
    "seed",
    "guidanceScale",
    "count",
    "solver",
    "format",
    "output",
    "metadata",
    "deadline",
    "callbackUrl",
    "adapters",
    "model",
    "resolutionBinning",
    "priority",
    "negativePrompt",
    "other",
    "guidance_scale",
    "\\ud800",
    "a\\u0000b",
    ""
  };
  private static final String[] VALUES = {
    "null",
    "true",
    "0",
    "-1",
    "1e400",
    "1E999999999",
    "-1e-999999999",
    "9223372036854775808",
    "1.5",
    "NaN",
    "\"\"",
    "\"\\ud800\"",
    "\"\\u0000\"",
    "\"../\"",
    "\"2026-13-01T00:00:00Z\"",
    "\"+999999999-12-31T23:59:59-18:00\"",
    "\"https://a b\"",
    "\"http://169.254.169.254/\"",
    "\"file:///etc/passwd\"",
    "{}",
    "[]",
    "{\"bucket\":null}",
    "{\"bucket\":\"sanaq\",\"prefix\":\"../\"}",
    "{\"bucket\":\"other\",\"prefix\":\"\"}",
    "{\"\\ud800\":1}",
    "[[[[[[[[1]]]]]]]]",
    "\"high\"",
    "2",
    "64"
  };
  private static final String[] CONTENT_TYPES = {
    "", "application/json", "application/cloudevents+json", "application/cloudevents-batch+json",
    "application/cloudevents", "text/plain", "é;;", "application/json; charset=utf-16"
  };
  private static final String BODY =
      "\"prompt\":\"p\",\"width\":32,\"height\":32,\"steps\":1,\"guidanceScale\":4.5,\"seed\":7,"
          + "\"count\":1,\"format\":\"png\",\"resolutionBinning\":false,"
          + "\"deadline\":\"2099-12-01T00:00:00Z\",\"metadata\":{\"k\":[1,{\"l\":null}]}}";

  private final Random random;

  public BadInputs(Random random) {
    this.random = random;
  }

  /** The id that the n-th record's job has, if it has one of its own. */
  static String id(int n) {
    return "bad." + n + ".";
  }

  /** The n-th bad request. */
  public ProducerRecord<byte[], byte[]> request(int n) {
    return switch (random.nextInt(8)) {
      case 0 -> record(EventCollector.REQUESTS, noise());
      case 1 -> record(EventCollector.REQUESTS, null);
      case 2, 3 -> record(EventCollector.REQUESTS, corrupted("{\"id\":\"" + id(n) + "\",", BODY));
      case 4 -> record(EventCollector.REQUESTS, fields("{\"id\":\"" + id(n) + "\","));
      case 5 -> record(EventCollector.REQUESTS, fields("{"));
      case 6 -> binary(n);
      default -> structured(n);
    };
  }

  /** The n-th bad cancellation; some name the job of a bad request. */
  public ProducerRecord<byte[], byte[]> cancellation(int n) {
    String id = random.nextBoolean() ? id(n) : "nobody";
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
        record(EventCollector.REQUESTS, random.nextBoolean() ? fields("{") : corrupted("{", BODY));
    header(record, "ce_specversion", random.nextInt(4) == 0 ? "0.3" : "1.0");
    header(record, "ce_id", id(n));
    header(record, "ce_source", random.nextInt(4) == 0 ? "" : "/somebody");
    header(record, "ce_type", "t");
    header(record, "content-type", pick(CONTENT_TYPES));
    return record;
  }

  private ProducerRecord<byte[], byte[]> structured(int n) {
    String head =
        "{\"specversion\":\"1.0\",\"source\":\"s\",\"type\":\"t\",\"id\":\"" + id(n) + "\",";
    String data = new String(fields("{"), StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> record =
        record(EventCollector.REQUESTS, corrupted(head, "\"data\":" + data + "}"));
    header(record, "content-type", pick(CONTENT_TYPES));
    return record;
  }

  private byte[] fields(String head) {
    StringBuilder text = new StringBuilder(head).append("\"prompt\":\"p\"");
    for (int i = 0; i <= random.nextInt(3); i++) {
      text.append(",\"%s\":%s".formatted(pick(NAMES), pick(VALUES)));
    }
    return text.append('}').toString().getBytes(StandardCharsets.UTF_8);
  }

  /** The text with nothing to a few bytes of its tail others, or cut off. */
  private byte[] corrupted(String head, String tail) {
    byte[] bytes = (head + tail).getBytes(StandardCharsets.UTF_8);
    int safe = head.getBytes(StandardCharsets.UTF_8).length;
    for (int i = random.nextInt(4); i > 0; i--) {
      bytes[safe + random.nextInt(bytes.length - safe)] = (byte) random.nextInt(256);
    }
    boolean cut = random.nextInt(4) == 0;
    return cut ? java.util.Arrays.copyOf(bytes, safe + random.nextInt(bytes.length - safe)) : bytes;
  }

  // Now and then as large as the topic takes, far beyond what a request may be.
  private byte[] noise() {
    byte[] bytes = new byte[random.nextInt(200) == 0 ? 900_000 : random.nextInt(300)];
    random.nextBytes(bytes);
    return bytes;
  }

  private String pick(String... among) {
    return List.of(among).get(random.nextInt(among.length));
  }

  @SuppressWarnings("NullAway") // a record without a value is one of the things to try
  private static ProducerRecord<byte[], byte[]> record(
      String topic, byte @org.jspecify.annotations.Nullable [] value) {
    return new ProducerRecord<>(topic, value);
  }

  private static void header(ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
