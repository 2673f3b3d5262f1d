package dev.sanaq.manifests.render;

import dev.sanaq.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Generated ConfigMaps, whose names end with a hash of their content. */
final class ConfigMaps {
  private static final Set<String> GENERATOR_KEYS =
      Set.of("name", "behavior", "literals", "files", "options");
  private static final int HASH_LENGTH = 10;

  private final List<Map<String, Object>> objects;

  /**
   * @param objects the objects so far; generated ones are added
   */
  ConfigMaps(List<Map<String, Object>> objects) {
    this.objects = objects;
  }

  /** Generates a ConfigMap, or merges into an existing one. */
  void generate(Path folder, Map<String, Object> generator) {
    if (!GENERATOR_KEYS.containsAll(generator.keySet())) {
      throw new IllegalArgumentException("unsupported: " + generator.keySet());
    }
    Map<String, Object> data = data(folder, generator);
    if (Yaml.string(generator, "behavior").equals("merge")) {
      Yaml.map(find(Yaml.string(generator, "name")), "data").putAll(data);
      return;
    }
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("name", generator.get("name"));
    Map<String, Object> labels = Yaml.map(generator, "options", "labels");
    if (!labels.isEmpty()) {
      metadata.put("labels", new LinkedHashMap<>(labels));
    }
    Map<String, Object> configMap = new LinkedHashMap<>();
    configMap.put("apiVersion", "v1");
    configMap.put("kind", "ConfigMap");
    configMap.put("metadata", metadata);
    configMap.put("data", data);
    objects.add(configMap);
  }

  /** Appends the hashes to the names, and to the references from pods of the given kinds. */
  void hashNames(Set<String> kinds) {
    Map<String, String> names = new HashMap<>();
    for (Map<String, Object> object : objects) {
      if (ObjectReference.of(object).kind().equals("ConfigMap")) {
        String name = ObjectReference.of(object).name();
        names.put(name, name + "-" + hash(Yaml.map(object, "data")));
        Yaml.map(object, "metadata").put("name", names.get(name));
      }
    }
    for (Map<String, Object> object : objects) {
      if (!kinds.contains(ObjectReference.of(object).kind())) {
        continue;
      }
      Pods.containers(object).stream()
          .flatMap(container -> Yaml.maps(container, "envFrom").stream())
          .map(from -> Yaml.map(from, "configMapRef"))
          .forEach(reference -> rename(reference, names));
      Yaml.maps(Pods.spec(object), "volumes").stream()
          .map(volume -> Yaml.map(volume, "configMap"))
          .forEach(reference -> rename(reference, names));
    }
  }

  private static void rename(Map<String, Object> reference, Map<String, String> names) {
    reference.computeIfPresent("name", (key, name) -> names.getOrDefault(name, name.toString()));
  }

  private Map<String, Object> find(String name) {
    return objects.stream()
        .filter(o -> ObjectReference.of(o).equals(new ObjectReference("v1", "ConfigMap", name)))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no ConfigMap to merge into: " + name));
  }

  private static Map<String, Object> data(Path folder, Map<String, Object> generator) {
    Map<String, Object> data = new TreeMap<>();
    for (String literal : Yaml.strings(generator, "literals")) {
      String[] pair = literal.split("=", 2);
      data.put(pair[0], pair[1]);
    }
    for (String file : Yaml.strings(generator, "files")) {
      try {
        data.put(Path.of(file).getFileName().toString(), Files.readString(folder.resolve(file)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return data;
  }

  // Kustomize's algorithm: SHA-256 of the canonical JSON without the name, in an alphabet of its
  // own.
  private static String hash(Map<String, Object> data) {
    Map<String, Object> canonical = new TreeMap<>(Map.of("kind", "ConfigMap", "name", ""));
    canonical.put("data", new TreeMap<>(data));
    try {
      byte[] json =
          new String(Json.write(canonical), StandardCharsets.UTF_8)
              .replace("&", "\\u0026")
              .replace("<", "\\u003c")
              .replace(">", "\\u003e")
              .getBytes(StandardCharsets.UTF_8);
      String hex = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
      return hex.substring(0, HASH_LENGTH)
          .replace('0', 'g')
          .replace('1', 'h')
          .replace('3', 'k')
          .replace('a', 'm')
          .replace('e', 't');
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
