package dev.sanaq.manifests.render;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The changes that a kustomization makes to all objects. */
final class Transformers {
  private Transformers() {}

  /** Sets the namespace of all objects. */
  static void namespace(List<Map<String, Object>> objects, String namespace) {
    for (Map<String, Object> object : objects) {
      if (ObjectReference.of(object).kind().equals("Namespace")) {
        Yaml.map(object, "metadata").put("name", namespace);
      } else {
        Yaml.map(object, "metadata").put("namespace", namespace);
      }
      // Role bindings refer to the service account in the new namespace.
      Yaml.maps(object, "subjects").forEach(subject -> subject.put("namespace", namespace));
    }
  }

  /** Adds labels to objects and, with includeTemplates, to their pods. */
  static void labels(List<Map<String, Object>> objects, Map<String, Object> labels) {
    rejectUnknown(labels, Set.of("pairs", "includeTemplates"));
    Map<String, Object> pairs = Yaml.map(labels, "pairs");
    for (Map<String, Object> object : objects) {
      addLabels(Yaml.map(object, "metadata"), pairs);
      Map<String, Object> template = Yaml.map(object, "spec", "template");
      if (Boolean.TRUE.equals(labels.get("includeTemplates")) && !template.isEmpty()) {
        addLabels(Yaml.map(template, "metadata"), pairs);
      }
    }
  }

  /** Sets another name or tag for a container image. */
  static void image(List<Map<String, Object>> objects, Map<String, Object> image) {
    rejectUnknown(image, Set.of("name", "newName", "newTag"));
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : Pods.containers(object)) {
        String[] parts = Yaml.string(container, "image").split(":", 2);
        if (parts[0].equals(image.get("name"))) {
          String name = image.getOrDefault("newName", parts[0]).toString();
          Object tag = image.containsKey("newTag") ? image.get("newTag") : tag(parts);
          container.put("image", tag.equals("") ? name : name + ":" + tag);
        }
      }
    }
  }

  private static String tag(String... parts) {
    return parts.length == 1 ? "" : parts[1];
  }

  private static void addLabels(Map<String, Object> metadata, Map<String, Object> pairs) {
    Yaml.map(metadata.computeIfAbsent("labels", key -> new LinkedHashMap<String, Object>()))
        .putAll(pairs);
  }

  private static void rejectUnknown(Map<String, Object> entry, Set<String> known) {
    if (!known.containsAll(entry.keySet())) {
      throw new IllegalArgumentException(
          "unsupported: %s, only %s".formatted(entry.keySet(), known));
    }
  }
}
