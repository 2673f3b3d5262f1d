package dev.sanaq.manifests.render;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Renders a kustomization as {@code kubectl kustomize} does: the part of it that is used here, and
 * any other field is refused. {@code RenderTest} holds it to the real one where that is at hand.
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
   * All objects of a kustomization's folder.
   *
   * @throws IllegalArgumentException where something in it is not understood or not found
   */
  public static List<Map<String, Object>> render(Path folder) {
    Kustomization all = new Kustomization();
    all.add(folder);
    all.configMaps.hashNames(all.hashedKinds);
    return all.objects;
  }

  /** The same for a base and components that no file puts together. */
  public static List<Map<String, Object>> render(Path base, List<Path> components) {
    Kustomization all = new Kustomization();
    all.add(base);
    components.forEach(all::add);
    all.configMaps.hashNames(all.hashedKinds);
    return all.objects;
  }

  // The order is kustomize's: resources, what is generated, components, and then what changes them.
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

  // Of all that it could say: of which other kinds the pods' ConfigMaps get their hash.
  private void configure(Path file) {
    Map<String, Object> known = new java.util.LinkedHashMap<>(Yaml.documents(file).get(0));
    for (Map<String, Object> reference : Yaml.maps(known, "nameReference")) {
      for (Map<String, Object> spec : Yaml.maps(reference, "fieldSpecs")) {
        boolean understood =
            Yaml.string(reference, "kind").equals("ConfigMap")
                && spec.keySet().equals(Set.of("kind", "path"))
                && Yaml.string(spec, "path")
                    .endsWith("/template/spec/containers/envFrom/configMapRef/name");
        if (!understood) {
          throw new IllegalArgumentException("%s: not understood: %s".formatted(file, spec));
        }
        hashedKinds.add(Yaml.string(spec, "kind"));
      }
    }
    known.remove("nameReference");
    rejectUnknown(file, known.keySet());
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
      throw new IllegalArgumentException("twice: " + id);
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
      throw new IllegalArgumentException("%s: not understood: %s".formatted(file, unknown));
    }
  }
}
