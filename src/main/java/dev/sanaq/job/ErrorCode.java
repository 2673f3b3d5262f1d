package dev.sanaq.job;

/**
 * The error codes of failed jobs. Over HTTP, {@code invalid_request} is a problem with status 400
 * and {@code id_conflict} one with status 409.
 */
public enum ErrorCode {
  /** The request is invalid; the error lists the fields. */
  INVALID_REQUEST("invalid_request", false),
  /** Another request with the same id has a result already. */
  ID_CONFLICT("id_conflict", false),
  /** The model cannot generate that size. */
  UNSUPPORTED_SIZE("unsupported_size", false),
  /** An input image could not be read from where the request says it is. */
  INPUT_UNAVAILABLE("input_unavailable", true),
  /** An input image is damaged, too large, or of an unsupported format. */
  INVALID_INPUT("invalid_input", false),
  /** A safety policy refused the prompt or an image; the error names the policy. */
  CONTENT_REFUSED("content_refused", false),
  /** A safety check gave no answer. */
  SAFETY_UNAVAILABLE("safety_unavailable", true),
  /** The deadline passed before the job was finished: before its start or between two steps. */
  DEADLINE_EXCEEDED("deadline_exceeded", false),
  /** The worker ran out of memory. */
  OUT_OF_MEMORY("out_of_memory", true),
  /** Every worker that started the job died; it is not attempted again. */
  CRASHED("crashed", false),
  /** A read or write on the storage failed until the retry timeout. */
  STORAGE_FAILED("storage_failed", true),
  /** Any other error; details are in the worker log. */
  INTERNAL("internal", true);

  private final String label;
  private final boolean retryable;

  ErrorCode(String label, boolean retryable) {
    this.label = label;
    this.retryable = retryable;
  }

  /** The code in events. */
  public String label() {
    return label;
  }

  /** Whether the same request may succeed when it is sent again. */
  public boolean isRetryable() {
    return retryable;
  }
}
