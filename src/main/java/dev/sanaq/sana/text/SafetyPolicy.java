package dev.sanaq.sana.text;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The policies that ShieldGemma was trained on. */
public enum SafetyPolicy {
  DANGEROUS_CONTENT,
  HARASSMENT,
  HATE_SPEECH,
  SEXUALLY_EXPLICIT;

  /** The name in settings and in errors of jobs. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The policy with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static SafetyPolicy of(String label) {
    return Arrays.stream(values())
        .filter(policy -> policy.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown safety policy \"%s\"; known: %s"
                        .formatted(
                            label,
                            Arrays.stream(values())
                                .map(SafetyPolicy::label)
                                .collect(Collectors.joining(", ")))));
  }
}
