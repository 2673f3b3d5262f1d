package dev.sanaq.manifests.render;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads YAML as maps and lists. A key that stands twice in one mapping is refused. */
public final class Yaml {
  private Yaml() {}

  /** The documents of a file, the empty ones left out. */
  public static List<Map<String, Object>> documents(Path file) {
    try {
      return documents(Files.readString(file));
    } catch (IOException | YAMLException e) {
      throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The documents of a text. */
  public static List<Map<String, Object>> documents(String text) {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object document : values(text)) {
      documents.add(map(document));
    }
    return documents;
  }

  /** The documents of a text, of whatever kind. */
  static List<Object> values(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<Object> values = new ArrayList<>();
    new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text).forEach(values::add);
    values.removeIf(Objects::isNull);
    return values;
  }

  /** What stands there as a mapping; an empty one, which can be filled, where nothing stands. */
  public static Map<String, Object> map(Map<String, Object> of, String... path) {
    Map<String, Object> at = of;
    for (String key : path) {
      at = map(at.getOrDefault(key, new LinkedHashMap<>()));
    }
    return at;
  }

  @SuppressWarnings("unchecked") // a mapping of YAML has words for keys
  public static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  /** The list of mappings at a key; empty where nothing stands. */
  @SuppressWarnings("unchecked")
  public static List<Map<String, Object>> maps(Map<String, Object> of, String key) {
    return (List<Map<String, Object>>) of.getOrDefault(key, List.of());
  }

  /** The list of words at a key; empty where nothing stands. */
  @SuppressWarnings("unchecked")
  public static List<String> strings(Map<String, Object> of, String key) {
    return (List<String>) of.getOrDefault(key, List.of());
  }

  /** A word at the end of a path; empty where nothing stands. */
  public static String string(Map<String, Object> of, String... path) {
    Object found = of;
    for (String key : path) {
      found = found instanceof Map<?, ?> map && map.get(key) != null ? map.get(key) : "";
    }
    return found.toString();
  }
}
