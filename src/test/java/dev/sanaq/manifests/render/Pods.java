package dev.sanaq.manifests.render;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The pod templates of Deployments, StatefulSets, Jobs and ScaledJobs. */
public final class Pods {
  private Pods() {}

  /** Returns the pod spec; empty if the object has none. */
  public static Map<String, Object> spec(Map<String, Object> object) {
    Map<String, Object> spec = Yaml.map(object, "spec", "template", "spec");
    return spec.isEmpty() ? Yaml.map(object, "spec", "jobTargetRef", "template", "spec") : spec;
  }

  /** Returns all containers, including init containers. */
  public static List<Map<String, Object>> containers(Map<String, Object> object) {
    Map<String, Object> spec = spec(object);
    return Stream.concat(
            Yaml.maps(spec, "initContainers").stream(), Yaml.maps(spec, "containers").stream())
        .toList();
  }

  /**
   * Returns the environment of a container, including values from ConfigMaps among the objects.
   * Other values are {@code <secret>} or {@code <field>}.
   */
  public static Map<String, String> environment(
      Map<String, Object> container, List<Map<String, Object>> objects) {
    Map<String, String> environment = new TreeMap<>();
    for (Map<String, Object> from : Yaml.maps(container, "envFrom")) {
      String name = Yaml.string(from, "configMapRef", "name");
      objects.stream()
          .filter(o -> Yaml.string(o, "kind").equals("ConfigMap"))
          .filter(o -> Yaml.string(o, "metadata", "name").equals(name))
          .forEach(o -> Yaml.map(o, "data").forEach((k, v) -> environment.put(k, v.toString())));
    }
    for (Map<String, Object> env : Yaml.maps(container, "env")) {
      String origin = Yaml.map(env, "valueFrom").containsKey("fieldRef") ? "<field>" : "<secret>";
      environment.put(
          Yaml.string(env, "name"), env.containsKey("value") ? Yaml.string(env, "value") : origin);
    }
    return environment;
  }
}
