package dev.sanaq.worker.safety;

import java.util.Locale;

/** What the safety stage checks. */
public enum CheckStage {
  PROMPT,
  IMAGE;

  /** The name in metrics and in calls of the hook. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
