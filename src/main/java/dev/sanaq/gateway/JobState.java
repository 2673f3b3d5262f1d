package dev.sanaq.gateway;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a job is. */
enum JobState {
  /** Sent, and not begun. */
  QUEUED,
  /** Being drawn. */
  RUNNING,
  /** Its pictures are stored. */
  COMPLETED,
  /** It ended without. */
  FAILED,
  /** It was taken back. */
  CANCELLED;

  /** The name in answers. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<JobState> of(String label) {
    return Stream.of(values()).filter(state -> state.label().equals(label)).findFirst();
  }
}
