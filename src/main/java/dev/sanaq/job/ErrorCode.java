package dev.sanaq.job;

/** Why a job failed, as the contract names it. */
public enum ErrorCode {
  /** The request breaks a rule; its fields say which. */
  INVALID_REQUEST("invalid_request", false),
  /** The id was used before by a request that asks for something else. */
  ID_CONFLICT("id_conflict", false),
  /** The model cannot draw that size. */
  UNSUPPORTED_SIZE("unsupported_size", false),
  /** The deadline had passed before the drawing began. */
  DEADLINE_EXCEEDED("deadline_exceeded", false),
  /** The worker's memory did not hold the work. */
  OUT_OF_MEMORY("out_of_memory", true),
  /** Every worker that began it died; more tries would kill more. */
  CRASHED("crashed", false),
  /** The storage did not take or give what it should, however often it was asked. */
  STORAGE_FAILED("storage_failed", true),
  /** Anything else; the worker's log says more. */
  INTERNAL("internal", true);

  private final String label;
  private final boolean retryable;

  ErrorCode(String label, boolean retryable) {
    this.label = label;
    this.retryable = retryable;
  }

  /** The name in events. */
  public String label() {
    return label;
  }

  /** Whether the same request, sent again, may succeed. */
  public boolean isRetryable() {
    return retryable;
  }
}
