package dev.sanaq.job;

import java.util.List;
import java.util.stream.Collectors;

/**
 * Why a job failed.
 *
 * @param code the contract's code
 * @param message what was wrong and what to do, for people
 * @param fields the fields that broke their rules; empty unless the request was invalid
 */
public record JobError(ErrorCode code, String message, List<FieldError> fields) {
  public JobError {
    fields = List.copyOf(fields);
  }

  /** An error that no single field explains. */
  public static JobError of(ErrorCode code, String message) {
    return new JobError(code, message, List.of());
  }

  /** An invalid request: its message lists every wrong field. */
  public static JobError invalid(List<FieldError> fields) {
    String message = fields.stream().map(FieldError::toString).collect(Collectors.joining("; "));
    return new JobError(ErrorCode.INVALID_REQUEST, message, fields);
  }
}
