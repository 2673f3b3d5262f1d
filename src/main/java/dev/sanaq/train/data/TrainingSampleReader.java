package dev.sanaq.train.data;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses and validates one line of a list of images. */
final class TrainingSampleReader {
  private static final Set<String> SAMPLE_FIELDS =
      Set.of("image", "background", "repeats", "captions", "metadata");
  private static final Set<String> CAPTION_FIELDS = Set.of("text", "clipScore", "source");
  private static final int MAX_REPEATS = 1_000_000;

  /** File and line, for error messages. */
  private final String location;

  TrainingSampleReader(String location) {
    this.location = location;
  }

  /**
   * Parses a line.
   *
   * @throws BadDataException naming the invalid field and what it must be
   */
  TrainingSample read(String line) {
    Map<String, Object> fields;
    try {
      fields = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
    } catch (BadJsonException e) {
      throw new BadDataException(
          "%s: not a JSON object: %s".formatted(location, e.getMessage()), e);
    }
    rejectUnknownFields(fields, SAMPLE_FIELDS, "");
    String image = requireText(fields.get("image"), "image");
    if (image.isBlank()) {
      throw invalidField("image", "a file name", "empty");
    }
    return new TrainingSample(
        image,
        parseColor(fields.get("background")),
        parseRepeats(fields.get("repeats")),
        parseCaptions(fields));
  }

  private int parseColor(@Nullable Object value) {
    if (value == null) {
      return TrainingSample.WHITE;
    }
    if (value instanceof String text && text.matches("#[0-9a-fA-F]{6}")) {
      return Integer.parseInt(text.substring(1), 16);
    }
    throw invalidField("background", "a colour like \"#ffffff\"", value);
  }

  private int parseRepeats(@Nullable Object value) {
    if (value == null) {
      return 1;
    }
    if (value instanceof Integer number && number >= 1 && number <= MAX_REPEATS) {
      return number;
    }
    throw invalidField("repeats", "a whole number from 1 to " + MAX_REPEATS, value);
  }

  private List<ScoredCaption> parseCaptions(Map<String, Object> fields) {
    Object value = fields.get("captions");
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw invalidField("captions", "a list", value);
    }
    List<ScoredCaption> captions = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      captions.add(parseCaption(list.get(i), "captions[" + i + "]"));
    }
    return captions;
  }

  private ScoredCaption parseCaption(@Nullable Object value, String name) {
    if (!(value instanceof Map<?, ?> fields)) {
      throw invalidField(name, "an object with a text", value);
    }
    rejectUnknownFields(fields, CAPTION_FIELDS, name + ".");
    Object score = fields.get("clipScore");
    if (score != null && !(score instanceof Number number && isFinite(number))) {
      throw invalidField(name + ".clipScore", "a number", score);
    }
    Object source = fields.get("source");
    return new ScoredCaption(
        requireText(fields.get("text"), name + ".text"),
        score instanceof Number number ? number.doubleValue() : 0,
        source == null ? "" : requireText(source, name + ".source"));
  }

  private static boolean isFinite(Number number) {
    return Double.isFinite(number.doubleValue());
  }

  private String requireText(@Nullable Object value, String name) {
    if (value instanceof String text) {
      return text;
    }
    throw invalidField(name, "a text", value);
  }

  private void rejectUnknownFields(Map<?, ?> fields, Set<String> names, String prefix) {
    for (Object name : fields.keySet()) {
      if (!names.contains(String.valueOf(name))) {
        throw new BadDataException(
            "%s: unknown field %s%s (additional data belongs into \"metadata\")"
                .formatted(location, prefix, name));
      }
    }
  }

  private BadDataException invalidField(String name, String expected, @Nullable Object value) {
    return new BadDataException(
        "%s: %s must be %s, not %s".formatted(location, name, expected, value));
  }
}
