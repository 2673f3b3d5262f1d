package dev.sanaq.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What a JSON value is, for configs: whole numbers within bounds, lists of them, known names. */
public final class JsonValues {
  private JsonValues() {}

  public static boolean isInteger(JsonNode value, int least, int most) {
    return value.isIntegralNumber()
        && value.canConvertToInt()
        && value.intValue() >= least
        && value.intValue() <= most;
  }

  public static @Nullable List<Integer> integers(JsonNode array, int least, int most, int longest) {
    if (!array.isArray() || array.size() > longest) {
      return null;
    }
    List<Integer> list = new ArrayList<>();
    for (JsonNode element : array) {
      if (!isInteger(element, least, most)) {
        return null;
      }
      list.add(element.intValue());
    }
    return List.copyOf(list);
  }

  public static <E> @Nullable E choiceOf(JsonNode value, Map<String, E> choices) {
    boolean name = value.isTextual() || value.isNull();
    return name ? choices.get(value.asText()) : null;
  }

  public static String oneOf(Set<String> names) {
    return names.size() == 1
        ? names.iterator().next()
        : "one of " + String.join(", ", new TreeSet<>(names));
  }
}
