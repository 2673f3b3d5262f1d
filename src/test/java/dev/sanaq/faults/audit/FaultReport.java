package dev.sanaq.faults.audit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The table of a fault test: its faults and its results. It is printed, and appended to the file
 * that the system property {@code faults.report} names, if any.
 */
public final class FaultReport {
  private final String title;
  private final Map<String, String> lines = new LinkedHashMap<>();

  public FaultReport(String title) {
    this.title = title;
    line("form", FaultScale.fromSystemProperty().name().toLowerCase(java.util.Locale.ROOT));
    line("seed", FaultScale.seed());
  }

  /** Adds a row. */
  public void line(String name, long count) {
    line(name, String.valueOf(count));
  }

  void line(String name, String value) {
    lines.put(name, value);
  }

  /** Prints the table and appends it to the file. */
  public void print() {
    StringBuilder text = new StringBuilder("\n## " + title + "\n\n");
    text.append("| %-44s | %12s |%n".formatted("what", "value"));
    text.append("| %s | %s: |%n".formatted("-".repeat(44), "-".repeat(11)));
    lines.forEach((name, value) -> text.append("| %-44s | %12s |%n".formatted(name, value)));
    System.out.println(text);
    String file = System.getProperty("faults.report", "");
    if (!file.isEmpty()) {
      append(Path.of(file), text.toString());
    }
  }

  private static void append(Path file, String text) {
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(
          file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
