package dev.sanaq.gateway.view;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** The state of a job. */
public enum JobState {
  /** No worker has started it. */
  QUEUED,
  /** A worker has started it. */
  RUNNING,
  /** Its images are in S3. */
  COMPLETED,
  /** It ended with an error. */
  FAILED,
  /** It was cancelled. */
  CANCELLED;

  /** The lower-case name for answers and metrics. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The state of a label; empty if there is none. */
  public static Optional<JobState> of(String label) {
    return Stream.of(values()).filter(state -> state.label().equals(label)).findFirst();
  }
}
