package dev.sanaq.upgrade;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import java.util.Map;
import java.util.TreeMap;

/** The fields of a JSON value with their types: what a reader finds in it. */
final class JsonShape {
  private JsonShape() {}

  /**
   * Returns every path with its type; all items of a list are under {@code []}. What clients or
   * models name freely is one path: the fields of {@code metadata} and the stages of {@code
   * timings}.
   */
  static Map<String, JsonNodeType> of(JsonNode value) {
    Map<String, JsonNodeType> fields = new TreeMap<>();
    collect("", value, fields);
    return fields;
  }

  private static void collect(String path, JsonNode value, Map<String, JsonNodeType> fields) {
    fields.put(path, value.getNodeType());
    if (path.endsWith("/metadata") || path.endsWith("/timings")) {
      return;
    }
    value
        .fields()
        .forEachRemaining(entry -> collect(path + "/" + entry.getKey(), entry.getValue(), fields));
    if (value.isArray()) {
      value.forEach(item -> collect(path + "[]", item, fields));
    }
  }
}
