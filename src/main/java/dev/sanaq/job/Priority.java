package dev.sanaq.job;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A job's priority class, highest first. */
public enum Priority {
  HIGH,
  NORMAL,
  LOW;

  /** The names in requests, highest first. */
  public static final List<String> LABELS = Arrays.stream(values()).map(Priority::label).toList();

  /**
   * The priority of a label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Priority of(String label) {
    return valueOf(label.toUpperCase(Locale.ROOT));
  }

  /** The name in requests: {@code high}, {@code normal} or {@code low}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
