package dev.sanaq.manifests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every combination of components that k8s/README.md permits. */
public final class ComponentCombinations {
  public static final Path K8S = Path.of("k8s");

  private static final List<Set<String>> POOLS =
      List.of(
          Set.of(),
          Set.of("cpu"),
          Set.of("gpu"),
          Set.of("cpu", "keda"),
          Set.of("gpu", "keda"),
          Set.of("keda-jobs"));
  private static final List<Set<String>> BROKERS =
      List.of(Set.of(), Set.of("strimzi"), Set.of("kafka-sasl"));
  private static final List<String> OPTIONAL_COMPONENTS =
      List.of("gateway", "webhooks", "network-policy", "model-volume", "monitoring");

  /**
   * Components that change little: each is rendered with few others, not with every combination.
   */
  private static final List<String> ADDITIONS = List.of("gpu-mig", "spot", "http-route");

  /** The required order: a component that changes others comes after them. */
  private static final List<String> COMPONENT_ORDER =
      List.of(
          "gateway",
          "webhooks",
          "gpu",
          "cpu",
          "keda",
          "keda-jobs",
          "gpu-mig",
          "spot",
          "model-volume",
          "kafka-sasl",
          "strimzi",
          "network-policy",
          "http-route",
          "monitoring");

  private ComponentCombinations() {}

  /** Returns all combinations, each in the required order. */
  public static List<List<String>> all() {
    List<List<String>> all = new ArrayList<>();
    for (Set<String> pool : POOLS) {
      for (Set<String> broker : BROKERS) {
        for (int subset = 0; subset < 1 << OPTIONAL_COMPONENTS.size(); subset++) {
          Set<String> names = new TreeSet<>(pool);
          names.addAll(broker);
          for (int i = 0; i < OPTIONAL_COMPONENTS.size(); i++) {
            if ((subset >> i & 1) == 1) {
              names.add(OPTIONAL_COMPONENTS.get(i));
            }
          }
          all.add(COMPONENT_ORDER.stream().filter(names::contains).toList());
        }
      }
    }
    for (Set<String> pool : List.of(Set.of("gpu"), Set.of("gpu", "keda"), Set.of("keda-jobs"))) {
      for (int subset = 1; subset < 1 << ADDITIONS.size(); subset++) {
        Set<String> names = new TreeSet<>(pool);
        names.addAll(Set.of("gateway", "strimzi"));
        for (int i = 0; i < ADDITIONS.size(); i++) {
          if ((subset >> i & 1) == 1) {
            names.add(ADDITIONS.get(i));
          }
        }
        all.add(COMPONENT_ORDER.stream().filter(names::contains).toList());
      }
    }
    return all;
  }

  /** Returns the folders of components. */
  public static List<Path> folders(List<String> components) {
    return components.stream().map(name -> K8S.resolve("components").resolve(name)).toList();
  }

  static Stream<Path> overlays() {
    return Stream.of("base", "overlays/kind", "overlays/cloud").map(K8S::resolve);
  }
}
