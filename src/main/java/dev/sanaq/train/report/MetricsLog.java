package dev.sanaq.train.report;

import dev.sanaq.files.AtomicFile;
import dev.sanaq.files.FileErrors;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The metrics of a run as JSON Lines, one line per step: {@code {"step": 10, "loss": 0.52}}. Each
 * line is written before {@code append} returns. For one thread at a time.
 */
public final class MetricsLog {
  /** Key of the step, from 1. */
  public static final String STEP = "step";

  private final Path file;

  private MetricsLog(Path file) {
    this.file = file;
  }

  /**
   * Opens a log to continue after a step. Removes lines of later steps, which a killed run wrote
   * after its last snapshot, and incomplete lines.
   *
   * @param file file in an existing folder; created if it does not exist
   * @param step last step to keep; -1 for a new run, which removes all lines
   */
  public static MetricsLog resume(Path file, long step) throws IOException {
    StringBuilder content = new StringBuilder();
    for (Map<String, Object> line : read(file)) {
      if (line.get(STEP) instanceof Number number && number.longValue() <= step) {
        content.append(toJsonLine(line));
      }
    }
    AtomicFile.write(file, content.toString());
    return new MetricsLog(file);
  }

  /**
   * Appends a line.
   *
   * @param metrics metrics with their {@link #STEP}, in the order of the line
   */
  public void append(Map<String, ?> metrics) throws IOException {
    if (!(metrics.get(STEP) instanceof Number)) {
      throw new IllegalArgumentException("metrics without a step: " + metrics);
    }
    FileErrors.naming(
        file,
        () ->
            Files.writeString(
                file, toJsonLine(metrics), StandardOpenOption.CREATE, StandardOpenOption.APPEND));
  }

  /**
   * Reads a log; empty if the file does not exist. Skips lines that are not JSON objects, such as
   * one that a killed run did not finish.
   */
  public static List<Map<String, Object>> read(Path file) throws IOException {
    List<Map<String, Object>> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        try {
          lines.add(Json.readObject(line.getBytes(StandardCharsets.UTF_8)));
        } catch (BadJsonException e) {
          continue; // truncated line
        }
      }
    } catch (NoSuchFileException e) {
      return lines;
    }
    return lines;
  }

  private static String toJsonLine(Map<String, ?> metrics) {
    return new String(Json.write(metrics), StandardCharsets.UTF_8) + "\n";
  }
}
