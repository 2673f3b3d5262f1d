package dev.sanaq.gateway.problem;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.validation.SafeText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An HTTP error as problem details (RFC 9457). Immutable.
 *
 * @param status the HTTP status
 * @param code the kind of problem; its type is {@code urn:sanaq:problem:<code>}
 * @param title the kind, for people
 * @param detail this occurrence, for people
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

  /** The code of a model that no worker has. */
  public static final String MODEL_NOT_FOUND = "model_not_found";

  private static final String RETRY_AFTER = "Retry-After";

  /** Seconds in which a worker may start. */
  private static final int WORKER_START = 30;

  /** Seconds. By then there may be more workers, and the estimate has changed. */
  private static final int MAX_BACKLOG_WAIT = 600;

  /** A problem without field errors and headers. */
  public static Problem of(int status, String code, String title, String detail) {
    return new Problem(status, code, title, detail, List.of(), Map.of());
  }

  public static Problem invalidRequest(List<FieldError> errors) {
    return new Problem(
        400, "invalid_request", "Invalid request", "errors names each field", errors, Map.of());
  }

  public static Problem invalidJson(String detail) {
    return of(400, "invalid_json", "The body is not a JSON object", detail);
  }

  /**
   * A file in the body is no image that workers can read.
   *
   * @param field that the file is for
   * @param detail begins with the field
   */
  public static Problem invalidImage(String field, String detail) {
    FieldError error =
        new FieldError(field, "such a file", "a PNG, JPEG or WebP image that is not too large");
    return new Problem(400, "invalid_input", "Invalid image", detail, List.of(error), Map.of());
  }

  /** The body is a form that cannot be read. */
  public static Problem invalidForm(String detail) {
    return of(400, "invalid_form", "Invalid form", detail);
  }

  public static Problem unauthorized() {
    return new Problem(
        401,
        "unauthorized",
        "Unauthorized",
        "Missing or invalid API key or token: send Authorization: Bearer KEY_OR_TOKEN, or"
            + " X-API-Key: KEY",
        List.of(),
        Map.of("WWW-Authenticate", "Bearer"));
  }

  /** The request is refused whoever sends it. */
  public static Problem forbidden(String code, String detail) {
    return of(403, code, "Forbidden", detail);
  }

  /**
   * A URL without a resource.
   *
   * @param detail names the missing resource
   */
  public static Problem notFound(String detail) {
    return of(404, "not_found", "Not found", detail);
  }

  /**
   * No workers are configured for a model.
   *
   * @param known the models that are
   */
  public static Problem modelNotFound(String model, List<String> known) {
    FieldError error = new FieldError("model", SafeText.describe(model), String.join(", ", known));
    return new Problem(
        404,
        MODEL_NOT_FOUND,
        "No such model",
        "This gateway has no model %s. Models (sanaq.gateway.models): %s"
            .formatted(error.found(), error.allowed()),
        List.of(error),
        Map.of());
  }

  public static Problem noSuchJob() {
    return notFound("No job has this id");
  }

  public static Problem idConflict(String id) {
    return of(
        409,
        "id_conflict",
        "Id already used",
        "The id %s belongs to another request; send this one under another id".formatted(id));
  }

  public static Problem jobAlreadyEnded(String id, String state) {
    return of(
        409, "job_already_ended", "Job already ended", "Job %s is already %s".formatted(id, state));
  }

  public static Problem payloadTooLarge(long maxBytes) {
    return payloadTooLarge(maxBytes, "sanaq.limits.max-record-bytes");
  }

  /**
   * The body is too large.
   *
   * @param setting that the limit comes from
   */
  public static Problem payloadTooLarge(long maxBytes, String setting) {
    return of(
        413,
        "too_large",
        "Request too large",
        "At most %s bytes (%s)".formatted(maxBytes, setting));
  }

  /** The caller's requests per minute are used up. */
  public static Problem rateLimited(int requestsPerMinute, long retryAfterSeconds) {
    return tooManyRequests(
        "rate_limited",
        "Rate limit reached: %s requests per minute".formatted(requestsPerMinute),
        retryAfterSeconds);
  }

  /** The owner's jobs of the day are used up. */
  public static Problem quotaExceeded(int jobsPerDay, long retryAfterSeconds) {
    return tooManyRequests(
        "quota_exceeded",
        "Quota used up: %s jobs per day; the day ends at 00:00 UTC".formatted(jobsPerDay),
        retryAfterSeconds);
  }

  /** More work is queued than the workers can do in time. */
  public static Problem backlogFull(String detail, long retryAfterSeconds) {
    return tooManyRequests("backlog_full", detail, Math.min(MAX_BACKLOG_WAIT, retryAfterSeconds));
  }

  /**
   * No worker takes jobs.
   *
   * @param detail says since when, and what became of the request
   */
  public static Problem noWorker(String detail) {
    return new Problem(
        503, "no_worker", "No worker is running", detail, List.of(), retryAfter(WORKER_START));
  }

  public static Problem unavailable(String detail) {
    return new Problem(503, "unavailable", "Service unavailable", detail, List.of(), retryAfter(1));
  }

  /** The JSON body of the answer. */
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

  private static Problem tooManyRequests(String code, String detail, long retryAfterSeconds) {
    return new Problem(
        429, code, "Too many requests", detail, List.of(), retryAfter(retryAfterSeconds));
  }

  private static Map<String, String> retryAfter(long seconds) {
    return Map.of(RETRY_AFTER, String.valueOf(Math.max(1, seconds)));
  }
}
