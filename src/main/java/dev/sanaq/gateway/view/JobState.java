package dev.sanaq.gateway.view;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a job is. */
public enum JobState {
  /** Sent, and not begun. */
  QUEUED,
  /** Being drawn. */
  RUNNING,
  /** Its images are stored. */
  COMPLETED,
  /** It ended without. */
  FAILED,
  /** It was taken back. */
  CANCELLED;

  /** The name in answers. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<JobState> of(String label) {
    return Stream.of(values()).filter(state -> state.label().equals(label)).findFirst();
  }
}
