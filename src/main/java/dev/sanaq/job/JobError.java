package dev.sanaq.job;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Why a job failed.
 *
 * @param code the error code
 * @param message cause and remedy, for people
 * @param fields the invalid fields; empty unless the request is invalid
 * @param policy the safety policy that refused the job; null for other errors
 */
public record JobError(
    ErrorCode code, String message, List<FieldError> fields, @Nullable String policy) {
  public JobError {
    fields = List.copyOf(fields);
  }

  /** An error without invalid fields. */
  public static JobError of(ErrorCode code, String message) {
    return new JobError(code, message, List.of(), null);
  }

  /** A safety policy refused the prompt or an image. Tells nothing but the policy's name. */
  public static JobError refused(String policy) {
    return new JobError(
        ErrorCode.CONTENT_REFUSED, "refused by the safety policy " + policy, List.of(), policy);
  }

  /** A safety check gave no answer. */
  public static JobError safetyUnavailable() {
    return of(
        ErrorCode.SAFETY_UNAVAILABLE,
        "the safety check gave no answer; send the request again later");
  }

  /** An invalid request; the message lists every invalid field. */
  public static JobError invalid(List<FieldError> fields) {
    String message = fields.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    return new JobError(ErrorCode.INVALID_REQUEST, message, fields, null);
  }
}
