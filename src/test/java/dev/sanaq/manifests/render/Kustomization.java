package dev.sanaq.manifests.render;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Renders a kustomization as {@code kubectl kustomize} does. It supports the fields that the
 * manifests use and rejects all others. {@code RenderTest} compares it with kubectl if installed.
 */
public final class Kustomization {
  private static final Set<String> FIELDS =
      Set.of(
          "apiVersion",
          "kind",
          "resources",
          "components",
          "namespace",
          "labels",
          "images",
          "patches",
          "configurations",
          "configMapGenerator");

  private final List<Map<String, Object>> objects = new ArrayList<>();
  private final ConfigMaps configMaps = new ConfigMaps(objects);
  private final Set<String> hashedKinds = new TreeSet<>(Set.of("Deployment", "StatefulSet", "Job"));

  private Kustomization() {}

  /**
   * Renders all objects of a folder.
   *
   * @throws IllegalArgumentException if something in it is unsupported or missing
   */
  public static List<Map<String, Object>> render(Path folder) {
    Kustomization kustomization = new Kustomization();
    kustomization.add(folder);
    kustomization.configMaps.hashNames(kustomization.hashedKinds);
    return kustomization.objects;
  }

  /** Renders a base with components, without a file that combines them. */
  public static List<Map<String, Object>> render(Path base, List<Path> components) {
    Kustomization kustomization = new Kustomization();
    kustomization.add(base);
    components.forEach(kustomization::add);
    kustomization.configMaps.hashNames(kustomization.hashedKinds);
    return kustomization.objects;
  }

  // Kustomize's order: resources, generators, components, transformers.
  private void add(Path folder) {
    Path file = folder.resolve("kustomization.yaml");
    Map<String, Object> fields = Yaml.documents(file).get(0);
    rejectUnknown(file, fields.keySet());
    boolean component = Yaml.string(fields, "kind").equals("Component");
    Kustomization part = component ? this : new Kustomization();
    Yaml.strings(fields, "resources").forEach(path -> part.addResource(folder.resolve(path)));
    Yaml.maps(fields, "configMapGenerator").forEach(g -> part.configMaps.generate(folder, g));
    Yaml.strings(fields, "configurations").forEach(path -> part.configure(folder.resolve(path)));
    Yaml.strings(fields, "components").forEach(path -> part.add(folder.resolve(path)));
    part.transform(folder, fields);
    if (!component) {
      part.objects.forEach(this::addObject);
      hashedKinds.addAll(part.hashedKinds);
    }
  }

  // Supports only the kinds whose pods refer to hashed ConfigMaps.
  private void configure(Path file) {
    Map<String, Object> fields = new java.util.LinkedHashMap<>(Yaml.documents(file).get(0));
    for (Map<String, Object> reference : Yaml.maps(fields, "nameReference")) {
      for (Map<String, Object> spec : Yaml.maps(reference, "fieldSpecs")) {
        boolean supported =
            Yaml.string(reference, "kind").equals("ConfigMap")
                && spec.keySet().equals(Set.of("kind", "path"))
                && Yaml.string(spec, "path")
                    .endsWith("/template/spec/containers/envFrom/configMapRef/name");
        if (!supported) {
          throw new IllegalArgumentException("%s: unsupported: %s".formatted(file, spec));
        }
        hashedKinds.add(Yaml.string(spec, "kind"));
      }
    }
    fields.remove("nameReference");
    rejectUnknown(file, fields.keySet());
  }

  private void addResource(Path path) {
    if (Files.isDirectory(path)) {
      add(path);
    } else {
      Yaml.documents(path).forEach(this::addObject);
    }
  }

  private void addObject(Map<String, Object> object) {
    ObjectReference id = ObjectReference.of(object);
    if (objects.stream().map(ObjectReference::of).anyMatch(id::equals)) {
      throw new IllegalArgumentException("duplicate object: " + id);
    }
    objects.add(object);
  }

  private void transform(Path folder, Map<String, Object> fields) {
    Yaml.maps(fields, "patches").forEach(patch -> new KustomizePatch(folder, patch).apply(objects));
    String namespace = Yaml.string(fields, "namespace");
    if (!namespace.isEmpty()) {
      Transformers.namespace(objects, namespace);
    }
    Yaml.maps(fields, "labels").forEach(labels -> Transformers.labels(objects, labels));
    Yaml.maps(fields, "images").forEach(image -> Transformers.image(objects, image));
  }

  private static void rejectUnknown(Path file, Set<String> used) {
    Set<String> unknown = new TreeSet<>(used);
    unknown.removeAll(FIELDS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("%s: unsupported: %s".formatted(file, unknown));
    }
  }
}
