package dev.sanaq.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Converts JSON values of configs: bounded integers, lists of them, enumerated names. */
public final class JsonValues {
  private JsonValues() {}

  /** Whether the value is an integer from {@code min} to {@code max}. */
  public static boolean isInteger(JsonNode value, int min, int max) {
    return value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= min
        && value.intValue() <= max;
  }

  /** A list of at most {@code maxSize} integers within the bounds; null if it is anything else. */
  public static @Nullable List<Integer> integers(JsonNode array, int min, int max, int maxSize) {
    if (!array.isArray() || array.size() > maxSize) {
      return null;
    }
    List<Integer> list = new ArrayList<>();
    for (JsonNode element : array) {
      if (!isInteger(element, min, max)) {
        return null;
      }
      list.add(element.intValue());
    }
    return List.copyOf(list);
  }

  /** The choice of that name, where JSON null has the name "null"; null if there is none. */
  public static <E> @Nullable E choiceOf(JsonNode value, Map<String, E> choices) {
    boolean name = value.isTextual() || value.isNull();
    return name ? choices.get(value.asText()) : null;
  }

  /** "one of a, b, c", for messages. */
  public static String oneOf(Set<String> names) {
    return names.size() == 1
        ? names.iterator().next()
        : "one of " + String.join(", ", new TreeSet<>(names));
  }
}
