package dev.sanaq.worker.safety;

import dev.sanaq.job.JobError;

/**
 * A safety check refused a job, or gave no answer. The error is safe to publish; the message is for
 * the log and names no content either.
 */
public final class SafetyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobError error;

  private SafetyException(String message, JobError error) {
    super(message);
    this.error = error;
  }

  static SafetyException refused(CheckStage stage, String policy) {
    return new SafetyException(
        "%s refused by the safety policy %s".formatted(stage.label(), policy),
        JobError.refused(policy));
  }

  /**
   * There is no answer.
   *
   * @param reason for the log
   */
  static SafetyException unavailable(String reason) {
    return new SafetyException("no safety check: " + reason, JobError.safetyUnavailable());
  }

  /** The job's error. */
  public JobError error() {
    return error;
  }
}
