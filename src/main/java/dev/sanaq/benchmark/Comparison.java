package dev.sanaq.benchmark;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Another program's lines for the same work, to be set beside: the reference's, or earlier ones.
 *
 * @param seconds by stage
 */
public record Comparison(Map<String, Double> seconds) {
  /** Nothing to compare with. */
  public static final Comparison NONE = new Comparison(Map.of());

  /** A copy that nobody changes. */
  public Comparison {
    seconds = Map.copyOf(seconds);
  }

  /**
   * Reads a file of JSON lines, each with {@code stage} and {@code seconds}. A stage that occurs
   * more than once counts by its first line.
   *
   * @throws IllegalArgumentException where a line is something else
   */
  public static Comparison read(Path file) throws IOException {
    Map<String, Double> found = new LinkedHashMap<>();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        Map<String, Object> line = parseLine(file, i + 1, lines.get(i));
        if (line.get("stage") instanceof String stage
            && line.get("seconds") instanceof Number time) {
          found.putIfAbsent(stage, time.doubleValue());
        } else {
          throw new IllegalArgumentException(
              "%s, line %d: no \"stage\" and \"seconds\"".formatted(file, i + 1));
        }
      }
    }
    return new Comparison(found);
  }

  private static Map<String, Object> parseLine(Path file, int number, String text) {
    try {
      return Json.readObject(text.getBytes(StandardCharsets.UTF_8));
    } catch (BadJsonException e) {
      throw new IllegalArgumentException(
          "%s, line %d: %s".formatted(file, number, e.getMessage()), e);
    }
  }

  /**
   * The lines with what the other took, and how many times ours that is, where it has the stage.
   */
  public List<StageTiming> annotate(List<StageTiming> ours) {
    Map<String, Boolean> met = new LinkedHashMap<>();
    return ours.stream()
        .map(
            line -> {
              Double theirs = seconds.get(line.stage());
              boolean first = met.putIfAbsent(line.stage(), true) == null;
              return theirs == null || !first
                  ? line
                  : line.withField("compared_seconds", theirs)
                      .withField("ratio", theirs / line.seconds());
            })
        .toList();
  }
}
