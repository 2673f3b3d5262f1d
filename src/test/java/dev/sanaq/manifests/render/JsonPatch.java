package dev.sanaq.manifests.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** JSON Patch (RFC 6902): add, replace, remove and test. */
final class JsonPatch {
  private JsonPatch() {}

  /**
   * Applies one operation to an object.
   *
   * @throws IllegalArgumentException if the path to replace, remove or test does not exist
   */
  static void apply(Map<String, Object> object, Map<String, Object> operation) {
    String path = Yaml.string(operation, "path");
    String[] keys = path.substring(1).split("/", -1);
    Object parent = object;
    for (int i = 0; i < keys.length - 1; i++) {
      parent = child(parent, unescape(keys[i]), path);
    }
    String last = unescape(keys[keys.length - 1]);
    String op = Yaml.string(operation, "op");
    if (!op.equals("add")) {
      Object value = child(parent, last, path);
      if (op.equals("test")) {
        if (!value.equals(operation.get("value"))) {
          throw new IllegalArgumentException("%s is %s".formatted(path, value));
        }
        return;
      }
    }
    if (parent instanceof List<?>) {
      change(list(parent), last, op, operation.getOrDefault("value", ""));
    } else if (op.equals("remove")) {
      Yaml.map(parent).remove(last);
    } else {
      Yaml.map(parent).put(last, copy(operation.getOrDefault("value", "")));
    }
  }

  private static void change(List<Object> list, String at, String op, Object value) {
    int index = at.equals("-") ? list.size() : Integer.parseInt(at);
    switch (op) {
      case "add" -> list.add(index, copy(value));
      case "replace" -> list.set(index, copy(value));
      case "remove" -> list.remove(index);
      default -> throw new IllegalArgumentException("unknown operation " + op);
    }
  }

  private static Object child(Object parent, String key, String path) {
    Object found =
        parent instanceof List<?> list
            ? list.get(Integer.parseInt(key))
            : Yaml.map(parent).get(key);
    if (found == null) {
      throw new IllegalArgumentException("no such path: " + path);
    }
    return found;
  }

  // Several objects must not share one value.
  private static Object copy(Object value) {
    if (value instanceof Map<?, ?>) {
      Map<String, Object> copy = new java.util.LinkedHashMap<>();
      Yaml.map(value).forEach((key, inner) -> copy.put(key, copy(inner)));
      return copy;
    }
    return value instanceof List<?> list
        ? new ArrayList<>(list.stream().map(JsonPatch::copy).toList())
        : value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  private static String unescape(String key) {
    return key.replace("~1", "/").replace("~0", "~");
  }
}
