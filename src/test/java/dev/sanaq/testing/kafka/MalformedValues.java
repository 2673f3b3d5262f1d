package dev.sanaq.testing.kafka;

import java.util.List;

/** Field names, JSON values and content types from which fuzz tests build malformed requests. */
public final class MalformedValues {
  /** Names of request fields other than {@code id}, and names that no field has. */
  public static final List<String> NAMES =
      List.of(
          "prompt",
          "negativePrompt",
          "width",
          "height",
          "steps",
          "seed",
          "guidanceScale",
          "count",
          "solver",
          "format",
          "quality",
          "output",
          "metadata",
          "deadline",
          "callbackUrl",
          "adapters",
          "model",
          "resolutionBinning",
          "priority",
          "previews",
          "other",
          "guidance_scale",
          "\\ud800",
          "a\\u0000b",
          "");

  /** JSON values of every type, out of range, or not JSON at all. */
  public static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "0",
          "-0",
          "-1",
          "2",
          "64",
          "1.5",
          "1e400",
          "1e-400",
          "1E999999999",
          "-1e-999999999",
          "0e999999999",
          "10e2147483646",
          "9223372036854775808",
          "NaN",
          "\"\"",
          "\"high\"",
          "\"\\ud800\"",
          "\"\\udc00\\ud800\"",
          "\"\\u0000\"",
          "\"../\"",
          "\"2026-13-01T00:00:00Z\"",
          "\"+999999999-12-31T23:59:59-18:00\"",
          "\"-999999999-01-01T00:00:00+18:00\"",
          "\"https://a b\"",
          "\"https://[::1\"",
          "\"http://169.254.169.254/\"",
          "\"file:///etc/passwd\"",
          "{}",
          "[]",
          "[[[[[[[[1]]]]]]]]",
          "{\"bucket\":null}",
          "{\"bucket\":\"sanaq\",\"prefix\":\"../\"}",
          "{\"bucket\":\"sanaq\",\"prefix\":\"..//\"}",
          "{\"bucket\":\"other\",\"prefix\":\"\"}",
          "{\"\\ud800\":1}");

  /** Content types of records, valid and invalid ones. */
  public static final List<String> CONTENT_TYPES =
      List.of(
          "",
          "application/json",
          "application/cloudevents+json",
          "application/cloudevents-batch+json",
          "application/cloudevents",
          "text/plain",
          "é;;",
          "application/json; charset=utf-16");

  private MalformedValues() {}
}
