package dev.sanaq.train.data;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One line of a list of pictures, checked field by field. */
final class RowReader {
  private static final Set<String> ROW =
      Set.of("image", "background", "repeats", "captions", "metadata");
  private static final Set<String> CAPTION = Set.of("text", "clipScore", "source");
  private static final int MOST_REPEATS = 1_000_000;

  /** The file and the line, for errors. */
  private final String where;

  RowReader(String where) {
    this.where = where;
  }

  /**
   * Reads a line.
   *
   * @throws BadDataException naming the field and what it must be
   */
  Row read(String line) {
    Map<String, Object> fields;
    try {
      fields = Json.object(line.getBytes(StandardCharsets.UTF_8));
    } catch (BadJsonException e) {
      throw new BadDataException("%s is no JSON object: %s".formatted(where, e.getMessage()), e);
    }
    known(fields, ROW, "");
    String image = text(fields.get("image"), "image");
    if (image.isBlank()) {
      throw bad("image", "the name of a file", "an empty text");
    }
    return new Row(
        image, colour(fields.get("background")), repeats(fields.get("repeats")), captions(fields));
  }

  private int colour(@Nullable Object value) {
    if (value == null) {
      return Row.WHITE;
    }
    if (value instanceof String text && text.matches("#[0-9a-fA-F]{6}")) {
      return Integer.parseInt(text.substring(1), 16);
    }
    throw bad("background", "a colour like \"#ffffff\"", value);
  }

  private int repeats(@Nullable Object value) {
    if (value == null) {
      return 1;
    }
    if (value instanceof Integer number && number >= 1 && number <= MOST_REPEATS) {
      return number;
    }
    throw bad("repeats", "a whole number from 1 to " + MOST_REPEATS, value);
  }

  private List<ScoredCaption> captions(Map<String, Object> fields) {
    Object value = fields.get("captions");
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw bad("captions", "a list", value);
    }
    List<ScoredCaption> captions = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      captions.add(caption(list.get(i), "captions[" + i + "]"));
    }
    return captions;
  }

  private ScoredCaption caption(@Nullable Object value, String name) {
    if (!(value instanceof Map<?, ?> fields)) {
      throw bad(name, "an object with a text", value);
    }
    known(fields, CAPTION, name + ".");
    Object score = fields.get("clipScore");
    if (score != null && !(score instanceof Number number && finite(number))) {
      throw bad(name + ".clipScore", "a number", score);
    }
    Object source = fields.get("source");
    return new ScoredCaption(
        text(fields.get("text"), name + ".text"),
        score instanceof Number number ? number.doubleValue() : 0,
        source == null ? "" : text(source, name + ".source"));
  }

  private static boolean finite(Number number) {
    return Double.isFinite(number.doubleValue());
  }

  private String text(@Nullable Object value, String name) {
    if (value instanceof String text) {
      return text;
    }
    throw bad(name, "a text", value);
  }

  private void known(Map<?, ?> fields, Set<String> names, String prefix) {
    for (Object name : fields.keySet()) {
      if (!names.contains(String.valueOf(name))) {
        throw new BadDataException(
            "%s has an unknown field %s%s; what training shall not read goes into \"metadata\""
                .formatted(where, prefix, name));
      }
    }
  }

  private BadDataException bad(String name, String wanted, @Nullable Object value) {
    return new BadDataException("%s: %s must be %s, not %s".formatted(where, name, wanted, value));
  }
}
