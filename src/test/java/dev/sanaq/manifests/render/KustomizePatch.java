package dev.sanaq.manifests.render;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A patch of a kustomization, strategic merge or JSON patch, for all objects that match its target.
 */
final class KustomizePatch {
  private final Map<String, Object> target;
  private final Object content;
  private final String location;

  /**
   * @param folder the folder of its relative path
   * @param patch the entry below {@code patches}
   */
  KustomizePatch(Path folder, Map<String, Object> patch) {
    this.location = folder + " " + patch.getOrDefault("path", "patch of " + patch.get("target"));
    require(Set.of("path", "patch", "target").containsAll(patch.keySet()), "an unknown key");
    this.target = Yaml.map(patch, "target");
    require(!target.isEmpty(), "it has no target");
    require(
        Set.of("kind", "name", "labelSelector").containsAll(target.keySet()),
        "its target has an unknown key");
    List<Object> documents = Yaml.values(readPatch(folder, patch));
    require(documents.size() == 1, "it is not a single document");
    this.content = documents.get(0);
  }

  /** Changes the objects, and removes those that the patch deletes. */
  void apply(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : new ArrayList<>(objects)) {
      if (matches(object)) {
        try {
          applyTo(objects, object);
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(location + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private void applyTo(List<Map<String, Object>> objects, Map<String, Object> object) {
    if (content instanceof List<?> operations) {
      operations.forEach(operation -> JsonPatch.apply(object, Yaml.map(operation)));
    } else if (Yaml.string(Yaml.map(content), "$patch").equals("delete")) {
      objects.remove(object);
    } else {
      ObjectReference id = ObjectReference.of(object);
      StrategicMerge.merge(object, Yaml.map(content));
      // The target selects the object; the name in the patch itself is ignored.
      Yaml.map(object, "metadata").put("name", id.name());
    }
  }

  private boolean matches(Map<String, Object> object) {
    ObjectReference id = ObjectReference.of(object);
    String selector = Yaml.string(target, "labelSelector");
    return matchesPattern(Yaml.string(target, "kind"), id.kind())
        && matchesPattern(Yaml.string(target, "name"), id.name())
        && (selector.isEmpty()
            || matchesSelector(selector, Yaml.map(object, "metadata", "labels")));
  }

  private static boolean matchesSelector(String selector, Map<String, Object> labels) {
    String[] pair = selector.split("=", 2);
    return pair[1].equals(labels.get(pair[0]));
  }

  private static boolean matchesPattern(String pattern, String text) {
    return pattern.isEmpty() || Pattern.matches(pattern, text);
  }

  private static String readPatch(Path folder, Map<String, Object> patch) {
    try {
      return patch.containsKey("patch")
          ? Yaml.string(patch, "patch")
          : Files.readString(folder.resolve(Yaml.string(patch, "path")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void require(boolean condition, String problem) {
    if (!condition) {
      throw new IllegalArgumentException(location + ": " + problem);
    }
  }
}
