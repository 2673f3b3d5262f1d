package dev.sanaq.train.report;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A run's figures as JSON Lines, a line a step that reports: {@code {"step": 10, "loss": 0.52}}.
 * Each line is on its way to the disk when {@code append} returns. For one thread at a time.
 */
public final class MetricsLog {
  /** The field that counts the steps. */
  public static final String STEP = "step";

  private final Path file;

  private MetricsLog(Path file) {
    this.file = file;
  }

  /**
   * A log that goes on after a step: what was written of later ones, by a run that died before its
   * next checkpoint, is dropped, and so is a line that it did not finish.
   *
   * @param file in an existing folder; made where it is missing
   * @param step the last that counts; -1 for a new run, which drops all
   */
  public static MetricsLog resume(Path file, long step) throws IOException {
    StringBuilder kept = new StringBuilder();
    for (Map<String, Object> line : read(file)) {
      if (line.get(STEP) instanceof Number number && number.longValue() <= step) {
        kept.append(toJsonLine(line));
      }
    }
    Path part = file.resolveSibling(file.getFileName() + ".part");
    Files.writeString(part, kept);
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return new MetricsLog(file);
  }

  /**
   * Writes a line.
   *
   * @param figures with their {@link #STEP}, in the order that they shall be read in
   */
  public void append(Map<String, ?> figures) throws IOException {
    if (!(figures.get(STEP) instanceof Number)) {
      throw new IllegalArgumentException("figures without their step: " + figures);
    }
    Files.writeString(
        file, toJsonLine(figures), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /**
   * The lines of a log; none where there is no file. What is no JSON object, as a line that was
   * being written when its run died, is left out.
   */
  public static List<Map<String, Object>> read(Path file) throws IOException {
    List<Map<String, Object>> lines = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        try {
          lines.add(Json.readObject(line.getBytes(StandardCharsets.UTF_8)));
        } catch (BadJsonException e) {
          continue; // the rest of a line that was cut
        }
      }
    } catch (NoSuchFileException e) {
      return lines;
    }
    return lines;
  }

  private static String toJsonLine(Map<String, ?> figures) {
    return new String(Json.write(figures), StandardCharsets.UTF_8) + "\n";
  }
}
