package dev.sanaq.gateway.problem;

import dev.sanaq.job.FieldError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with a request, in the words of RFC 9457.
 *
 * @param status the HTTP status
 * @param code the kind of problem; its type is {@code urn:sanaq:problem:<code>}
 * @param title the kind, for people
 * @param detail this one, for people
 * @param errors the fields that break their rules
 * @param headers of the answer
 */
public record Problem(
    int status,
    String code,
    String title,
    String detail,
    List<FieldError> errors,
    Map<String, String> headers) {
  static final String MEDIA_TYPE = "application/problem+json";

  private static final String RETRY_AFTER = "Retry-After";

  /** One that no field explains and no header helps. */
  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, List.of(), Map.of());
  }

  public static Problem invalidRequest(List<FieldError> errors) {
    return new Problem(
        400,
        "invalid_request",
        "The request breaks rules",
        "errors names each field",
        errors,
        Map.of());
  }

  public static Problem invalidJson(String detail) {
    return of(400, "malformed", "The body is no JSON object", detail);
  }

  public static Problem unauthorized() {
    return new Problem(
        401,
        "unauthorized",
        "No access",
        "send a valid key, or a token, as Authorization: Bearer KEY, or a key as X-API-Key: KEY",
        List.of(),
        Map.of("WWW-Authenticate", "Bearer"));
  }

  public static Problem noSuchJob() {
    return of(404, "not_found", "No such job", "there is no job of that id");
  }

  public static Problem noSuchDelivery() {
    return of(
        404,
        "not_found",
        "No such delivery",
        "the job has no delivery of that event; it may have ended too long ago");
  }

  public static Problem idConflict(String id) {
    return of(
        409,
        "id_conflict",
        "The id is taken",
        "the id %s belongs to another request; send this one under an id of its own".formatted(id));
  }

  public static Problem payloadTooLarge(int most) {
    return of(413, "too_large", "The body is too large", "at most %d bytes".formatted(most));
  }

  public static Problem tooManyRequests(String detail, long seconds) {
    return new Problem(
        429,
        "too_many",
        "Not now",
        detail,
        List.of(),
        Map.of(RETRY_AFTER, retryAfterSeconds(seconds)));
  }

  public static Problem unavailable(String detail) {
    return new Problem(
        503,
        "unavailable",
        "Not available",
        detail,
        List.of(),
        Map.of(RETRY_AFTER, retryAfterSeconds(1)));
  }

  /** As an answer's body. */
  Map<String, Object> body() {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "urn:sanaq:problem:" + code);
    body.put("title", title);
    body.put("status", status);
    body.put("detail", detail);
    if (!errors.isEmpty()) {
      body.put("errors", errors);
    }
    return body;
  }

  private static String retryAfterSeconds(long seconds) {
    return String.valueOf(Math.max(1, seconds));
  }
}
