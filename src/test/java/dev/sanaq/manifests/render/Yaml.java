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

/** Reads YAML as maps and lists. A duplicate key in a mapping is an error. */
public final class Yaml {
  private Yaml() {}

  /** Reads the documents of a file, except for empty ones. */
  public static List<Map<String, Object>> documents(Path file) {
    try {
      return documents(Files.readString(file));
    } catch (IOException | YAMLException e) {
      throw new IllegalArgumentException("%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Reads the documents of a text, which must be mappings. */
  public static List<Map<String, Object>> documents(String text) {
    List<Map<String, Object>> documents = new ArrayList<>();
    for (Object document : values(text)) {
      documents.add(map(document));
    }
    return documents;
  }

  /** Reads the documents of a text, of any kind. */
  static List<Object> values(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<Object> values = new ArrayList<>();
    new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(text).forEach(values::add);
    values.removeIf(Objects::isNull);
    return values;
  }

  /** Returns the mapping at a path, or a new mutable one if there is none. */
  public static Map<String, Object> map(Map<String, Object> root, String... path) {
    Map<String, Object> current = root;
    for (String key : path) {
      current = map(current.getOrDefault(key, new LinkedHashMap<>()));
    }
    return current;
  }

  @SuppressWarnings("unchecked") // the keys of the mappings are strings
  public static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  /** Returns the list of mappings at a key; empty if there is none. */
  @SuppressWarnings("unchecked")
  public static List<Map<String, Object>> maps(Map<String, Object> mapping, String key) {
    return (List<Map<String, Object>>) mapping.getOrDefault(key, List.of());
  }

  /** Returns the list of strings at a key; empty if there is none. */
  @SuppressWarnings("unchecked")
  public static List<String> strings(Map<String, Object> mapping, String key) {
    return (List<String>) mapping.getOrDefault(key, List.of());
  }

  /** Returns the text at a path; empty if there is none. */
  public static String string(Map<String, Object> root, String... path) {
    Object found = root;
    for (String key : path) {
      found = found instanceof Map<?, ?> map && map.get(key) != null ? map.get(key) : "";
    }
    return found.toString();
  }
}
