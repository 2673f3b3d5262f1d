package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads a config's values by key: typed, bounded, with the reference's default where a key is
 * absent. Notes what is wrong and goes on with the default; {@link #finish} then refuses. Every key
 * must be asked for or declared harmless: one that nobody knows could change the pictures.
 */
final class ConfigFields {
  private final String file;
  private final ObjectNode object;
  private final Problems problems;
  private final Set<String> known = new HashSet<>();

  ConfigFields(String file, ObjectNode object) {
    this.file = file;
    this.object = object;
    this.problems = new Problems();
  }

  int integer(String key, int absent, int least, int most) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    if (!JsonValues.isInteger(value, least, most)) {
      wrong(key, "a whole number, %d to %d".formatted(least, most), value);
      return absent;
    }
    return value.intValue();
  }

  /** A number that is finite and within the bounds. */
  double number(String key, double absent, double least, double most) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    boolean holds = value.isNumber() && value.doubleValue() >= least && value.doubleValue() <= most;
    if (!holds) {
      wrong(key, "a number, %s to %s".formatted(least, most), value);
      return absent;
    }
    return value.doubleValue();
  }

  /** As {@link #number}, where null in the file means none. */
  OptionalDouble numberOrNone(String key, OptionalDouble absent, double least, double most) {
    if (object.path(key).isNull()) {
      known.add(key);
      return OptionalDouble.empty();
    }
    return object.has(key)
        ? OptionalDouble.of(number(key, least, least, most))
        : absent(key, absent);
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    if (!value.isBoolean()) {
      wrong(key, "true or false", value);
      return absent;
    }
    return value.booleanValue();
  }

  /** One of some names; null in the file reads as the name {@code "null"}. */
  <E> E choice(String key, E absent, Map<String, E> choices) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    E chosen = JsonValues.named(value, choices);
    if (chosen == null) {
      wrong(key, JsonValues.oneOf(choices.keySet()), value);
      return absent;
    }
    return chosen;
  }

  /** A list of {@code count} names, or one name that stands for all of them. */
  <E> List<E> choices(String key, List<E> absent, Map<String, E> choices, int count) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<E> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      E one = JsonValues.named(value.isArray() ? value.path(i) : value, choices);
      if (one != null) {
        chosen.add(one);
      }
    }
    if (chosen.size() != count || (value.isArray() && value.size() != count)) {
      wrong(key, "%d times %s".formatted(count, JsonValues.oneOf(choices.keySet())), value);
      return absent;
    }
    return chosen;
  }

  /** A list of whole numbers. */
  List<Integer> integers(
      String key, List<Integer> absent, int least, int most, int fewest, int longest) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<Integer> list = JsonValues.integers(value, least, most, longest);
    if (list == null || list.size() < fewest) {
      String what = "%d to %d whole numbers of %d to %d";
      wrong(key, what.formatted(fewest, longest, least, most), value);
      return absent;
    }
    return list;
  }

  /** {@code count} lists of whole numbers. */
  List<List<Integer>> integerLists(
      String key, List<List<Integer>> absent, int least, int most, int count, int longest) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<List<Integer>> lists = new ArrayList<>();
    for (JsonNode element : value) {
      List<Integer> list = JsonValues.integers(element, least, most, longest);
      if (list != null) {
        lists.add(list);
      }
    }
    if (!value.isArray() || value.size() != count || lists.size() != count) {
      String what = "%d lists of at most %d whole numbers of %d to %d";
      wrong(key, what.formatted(count, longest, least, most), value);
      return absent;
    }
    return lists;
  }

  /** A key that may be absent, but if it is there must say one thing. */
  void mustBe(String key, String expected, Predicate<JsonNode> holds) {
    known.add(key);
    JsonNode value = object.get(key);
    if (value != null && !holds.test(value)) {
      wrong(key, expected, value);
    }
  }

  /** Features that this project does not have and that must be off: false, or null, or absent. */
  void mustBeOff(String... keys) {
    for (String key : keys) {
      mustBe(key, "false", v -> v.isNull() || (v.isBoolean() && !v.booleanValue()));
    }
  }

  /** The class whose config this is. */
  void mustBeOfClass(String name) {
    JsonNode value = object.path("_class_name");
    if (!value.asText().equals(name)) {
      wrong("_class_name", name, value);
    }
  }

  /** A number read from an object within, whose own keys are checked as this one's are. */
  double nested(String key, ToDoubleFunction<ConfigFields> read, double absent) {
    JsonNode inner = value(key);
    if (!(inner instanceof ObjectNode)) {
      return absent;
    }
    ConfigFields fields = new ConfigFields(file + ": " + key, (ObjectNode) inner);
    Double number =
        problems.collect(
            () -> {
              double value = read.applyAsDouble(fields);
              fields.finish();
              return value;
            });
    return number == null ? absent : number;
  }

  /** Keys whose values cannot change a picture. */
  void harmless(String... keys) {
    known.addAll(Set.of(keys));
  }

  /** Notes a value that does not go with the others. */
  void refuse(String key, String expected, Object found) {
    problems.add(file, key, expected, found.toString());
  }

  boolean sound() {
    return problems.none();
  }

  @Nullable JsonNode value(String key) {
    known.add(key);
    return object.get(key);
  }

  /**
   * Ends the reading.
   *
   * @throws CheckpointException where a value was wrong or a key is unknown
   */
  void finish() {
    object
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().startsWith("_") && !known.contains(field.getKey())) {
                String what = "no key but " + String.join(", ", new TreeSet<>(known));
                problems.add(file, field.getKey(), what, JsonFile.kind(field.getValue()));
              }
            });
    problems.refuseAny();
  }

  private OptionalDouble absent(String key, OptionalDouble absent) {
    known.add(key);
    return absent;
  }

  private void wrong(String key, String expected, JsonNode value) {
    problems.add(file, key, expected, value.isMissingNode() ? "none" : JsonFile.kind(value));
  }
}
