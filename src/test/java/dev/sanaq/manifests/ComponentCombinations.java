package dev.sanaq.manifests;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Every combination of components that k8s/README.md permits. */
final class ComponentCombinations {
  static final Path K8S = Path.of("k8s");

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

  /** The required order: a component that changes others comes after them. */
  private static final List<String> COMPONENT_ORDER =
      List.of(
          "gateway",
          "webhooks",
          "gpu",
          "cpu",
          "keda",
          "keda-jobs",
          "model-volume",
          "kafka-sasl",
          "strimzi",
          "network-policy",
          "monitoring");

  private ComponentCombinations() {}

  static List<List<String>> all() {
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
    return all;
  }

  static List<Path> folders(List<String> components) {
    return components.stream().map(name -> K8S.resolve("components").resolve(name)).toList();
  }

  static Stream<Path> overlays() {
    return Stream.of("base", "overlays/kind", "overlays/cloud").map(K8S::resolve);
  }
}
