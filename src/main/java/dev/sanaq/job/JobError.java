package dev.sanaq.job;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a job failed.
 *
 * @param code the error code
 * @param message cause and remedy, for people
 * @param fields the invalid fields; empty unless the request is invalid
 */
public record JobError(ErrorCode code, String message, List<FieldError> fields) {
  public JobError {
    fields = List.copyOf(fields);
  }

  /** An error without invalid fields. */
  public static JobError of(ErrorCode code, String message) {
    return new JobError(code, message, List.of());
  }

  /** An invalid request; the message lists every invalid field. */
  public static JobError invalid(List<FieldError> fields) {
    String message = fields.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    return new JobError(ErrorCode.INVALID_REQUEST, message, fields);
  }
}
