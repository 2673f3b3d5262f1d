package dev.sanaq.worker.input;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.JobError;

/** An input image could not be read, or is none. The error is safe to publish. */
public final class InputFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobError error;

  private InputFailedException(ErrorCode code, String message) {
    super(message);
    this.error = JobError.of(code, message);
  }

  static InputFailedException unavailable(String message) {
    return new InputFailedException(ErrorCode.INPUT_UNAVAILABLE, message);
  }

  static InputFailedException invalid(String message) {
    return new InputFailedException(ErrorCode.INVALID_INPUT, message);
  }

  /** The job's error. */
  public JobError error() {
    return error;
  }
}
