package dev.sanaq.checkpoint.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.checkpoint.JsonValues;
import dev.sanaq.checkpoint.ProblemCollector;
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
 * Reads a config's values by key: typed, bounded, with the reference's default for absent keys. An
 * invalid value is reported and replaced by the default; {@link #throwIfInvalid} throws at the end.
 * It also reports keys that were neither read nor ignored, since they could change the images.
 */
final class ConfigObjectReader {
  private final String file;
  private final ObjectNode object;
  private final ProblemCollector problems;
  private final Set<String> knownKeys = new HashSet<>();

  ConfigObjectReader(String file, ObjectNode object) {
    this.file = file;
    this.object = object;
    this.problems = new ProblemCollector();
  }

  int integer(String key, int absent, int min, int max) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    if (!JsonValues.isInteger(value, min, max)) {
      addProblem(key, "a whole number, %s to %s".formatted(min, max), value);
      return absent;
    }
    return value.intValue();
  }

  /** A finite number within the bounds. */
  double number(String key, double absent, double min, double max) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    boolean holds = value.isNumber() && value.doubleValue() >= min && value.doubleValue() <= max;
    if (!holds) {
      addProblem(key, "a number, %s to %s".formatted(min, max), value);
      return absent;
    }
    return value.doubleValue();
  }

  /** As {@link #number}; null in the file gives empty. */
  OptionalDouble optionalNumber(String key, OptionalDouble absent, double min, double max) {
    if (object.path(key).isNull()) {
      knownKeys.add(key);
      return OptionalDouble.empty();
    }
    return object.has(key)
        ? OptionalDouble.of(number(key, min, min, max))
        : defaultIfAbsent(key, absent);
  }

  boolean flag(String key, boolean absent) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    if (!value.isBoolean()) {
      addProblem(key, "true or false", value);
      return absent;
    }
    return value.booleanValue();
  }

  /** One of the names; null in the file counts as the name {@code "null"}. */
  <E> E choice(String key, E absent, Map<String, E> choices) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    E chosen = JsonValues.choiceOf(value, choices);
    if (chosen == null) {
      addProblem(key, JsonValues.oneOf(choices.keySet()), value);
      return absent;
    }
    return chosen;
  }

  /** A list of {@code count} names, or one name for all. */
  <E> List<E> choices(String key, List<E> absent, Map<String, E> choices, int count) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<E> chosen = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      E one = JsonValues.choiceOf(value.isArray() ? value.path(i) : value, choices);
      if (one != null) {
        chosen.add(one);
      }
    }
    if (chosen.size() != count || (value.isArray() && value.size() != count)) {
      addProblem(key, "%s times %s".formatted(count, JsonValues.oneOf(choices.keySet())), value);
      return absent;
    }
    return chosen;
  }

  /** A list of integers. */
  List<Integer> integers(
      String key, List<Integer> absent, int min, int max, int minSize, int maxSize) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<Integer> list = JsonValues.integers(value, min, max, maxSize);
    if (list == null || list.size() < minSize) {
      String what = "%s to %s whole numbers of %s to %s";
      addProblem(key, what.formatted(minSize, maxSize, min, max), value);
      return absent;
    }
    return list;
  }

  /** {@code count} lists of integers. */
  List<List<Integer>> integerLists(
      String key, List<List<Integer>> absent, int min, int max, int count, int maxSize) {
    JsonNode value = value(key);
    if (value == null) {
      return absent;
    }
    List<List<Integer>> lists = new ArrayList<>();
    for (JsonNode element : value) {
      List<Integer> list = JsonValues.integers(element, min, max, maxSize);
      if (list != null) {
        lists.add(list);
      }
    }
    if (!value.isArray() || value.size() != count || lists.size() != count) {
      String what = "%s lists of at most %s whole numbers of %s to %s";
      addProblem(key, what.formatted(count, maxSize, min, max), value);
      return absent;
    }
    return lists;
  }

  /** Requires a value if the key is present. */
  void requireIfPresent(String key, String expected, Predicate<JsonNode> holds) {
    knownKeys.add(key);
    JsonNode value = object.get(key);
    if (value != null && !holds.test(value)) {
      addProblem(key, expected, value);
    }
  }

  /** Requires that unsupported features are off: false, null or absent. */
  void requireDisabled(String... keys) {
    for (String key : keys) {
      requireIfPresent(key, "false", v -> v.isNull() || (v.isBoolean() && !v.booleanValue()));
    }
  }

  /** Requires {@code _class_name}. */
  void requireClass(String name) {
    JsonNode value = object.path("_class_name");
    if (!value.asText().equals(name)) {
      addProblem("_class_name", name, value);
    }
  }

  /** A number from a nested object, whose keys are checked in the same way. */
  double nested(String key, ToDoubleFunction<ConfigObjectReader> read, double absent) {
    JsonNode inner = value(key);
    if (!(inner instanceof ObjectNode)) {
      return absent;
    }
    ConfigObjectReader fields = new ConfigObjectReader(file + ": " + key, (ObjectNode) inner);
    Double number =
        problems.collect(
            () -> {
              double value = read.applyAsDouble(fields);
              fields.throwIfInvalid();
              return value;
            });
    return number == null ? absent : number;
  }

  /** Ignores keys whose values cannot change an image. */
  void ignoreKeys(String... keys) {
    knownKeys.addAll(Set.of(keys));
  }

  /** Reports a value that is inconsistent with others. */
  void reject(String key, String expected, Object found) {
    problems.add(file, key, expected, found.toString());
  }

  boolean isValid() {
    return problems.isEmpty();
  }

  @Nullable JsonNode value(String key) {
    knownKeys.add(key);
    return object.get(key);
  }

  /**
   * Ends reading.
   *
   * @throws CheckpointException if a value is invalid or a key is unknown
   */
  void throwIfInvalid() {
    object
        .properties()
        .forEach(
            field -> {
              if (!field.getKey().startsWith("_") && !knownKeys.contains(field.getKey())) {
                String what = "no key but " + String.join(", ", new TreeSet<>(knownKeys));
                problems.add(file, field.getKey(), what, JsonFile.shortened(field.getValue()));
              }
            });
    problems.throwIfAny();
  }

  private OptionalDouble defaultIfAbsent(String key, OptionalDouble absent) {
    knownKeys.add(key);
    return absent;
  }

  private void addProblem(String key, String expected, JsonNode value) {
    problems.add(file, key, expected, value.isMissingNode() ? "none" : JsonFile.shortened(value));
  }
}
