package dev.sanaq.benchmark;

import dev.sanaq.files.FileErrors;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The timings of another program or an earlier run for the same work.
 *
 * @param seconds by stage
 */
public record Comparison(Map<String, Double> seconds) {
  /** No comparison. */
  public static final Comparison NONE = new Comparison(Map.of());

  public Comparison {
    seconds = Map.copyOf(seconds);
  }

  /**
   * Reads a file of JSON lines, each with {@code stage} and {@code seconds}. Of a repeated stage
   * the first line counts.
   *
   * @throws IllegalArgumentException if a line has another form
   */
  public static Comparison read(Path file) throws IOException {
    Map<String, Double> seconds = new LinkedHashMap<>();
    List<String> lines = FileErrors.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        Map<String, Object> line = parseLine(file, i + 1, lines.get(i));
        if (line.get("stage") instanceof String stage
            && line.get("seconds") instanceof Number time) {
          seconds.putIfAbsent(stage, time.doubleValue());
        } else {
          throw new IllegalArgumentException(
              "%s, line %s: no \"stage\" and \"seconds\"".formatted(file, i + 1));
        }
      }
    }
    return new Comparison(seconds);
  }

  private static Map<String, Object> parseLine(Path file, int number, String text) {
    try {
      return Json.readObject(text.getBytes(StandardCharsets.UTF_8));
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s, line %s: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /** Adds the other's seconds and their ratio to the first line of each common stage. */
  public List<StageTiming> annotate(List<StageTiming> timings) {
    Map<String, Boolean> annotated = new LinkedHashMap<>();
    return timings.stream()
        .map(
            line -> {
              Double other = seconds.get(line.stage());
              boolean first = annotated.putIfAbsent(line.stage(), true) == null;
              return other == null || !first
                  ? line
                  : line.withField("compared_seconds", other)
                      .withField("ratio", other / line.seconds());
            })
        .toList();
  }
}
