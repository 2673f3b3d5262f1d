package dev.sanaq.worker.safety;

import java.util.Locale;

/** How the check of a job's prompt, or of its images, ended. */
public enum CheckOutcome {
  ALLOWED,
  REFUSED,
  /** A check gave no answer: the job failed, or passed if the stage fails open. */
  UNAVAILABLE;

  /** The name in metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
