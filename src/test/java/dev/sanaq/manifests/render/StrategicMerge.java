package dev.sanaq.manifests.render;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Kubernetes' strategic merge: mappings are merged by key, some lists by entry, other lists are
 * replaced. Null removes a key, {@code $patch: delete} removes an entry. For custom resources all
 * lists are replaced.
 */
final class StrategicMerge {
  /** The key that identifies the entries of merged lists. */
  private static final Map<String, String> MERGE_KEYS =
      Map.of(
          "containers", "name",
          "initContainers", "name",
          "env", "name",
          "volumes", "name",
          "volumeMounts", "mountPath",
          "ports", "containerPort",
          "topologySpreadConstraints", "topologyKey");

  private static final Set<String> BUILT_IN =
      Set.of("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1");

  private final boolean mergesLists;

  private StrategicMerge(boolean mergesLists) {
    this.mergesLists = mergesLists;
  }

  /** Applies a patch to an object. */
  static void merge(Map<String, Object> object, Map<String, Object> patch) {
    new StrategicMerge(BUILT_IN.contains(Yaml.string(object, "apiVersion")))
        .mergeMap(object, patch);
  }

  private void mergeMap(Map<String, Object> target, Map<String, Object> patch) {
    patch.forEach(
        (key, value) -> {
          Object old = target.get(key);
          if (value == null) {
            target.remove(key);
          } else if (value instanceof Map<?, ?>) {
            Map<String, Object> inner =
                old instanceof Map<?, ?> ? Yaml.map(old) : new LinkedHashMap<>();
            mergeMap(inner, Yaml.map(value));
            target.put(key, inner);
          } else if (mergesLists
              && MERGE_KEYS.containsKey(key)
              && value instanceof List<?> entries) {
            target.put(key, mergeList(MERGE_KEYS.get(key), Yaml.maps(target, key), entries));
          } else {
            target.put(key, value);
          }
        });
  }

  // Kustomize's order: the entries of the patch come first, in its order.
  private List<Map<String, Object>> mergeList(
      String mergeKey, List<Map<String, Object>> old, List<?> patches) {
    List<Map<String, Object>> first = new ArrayList<>();
    List<Map<String, Object>> rest = new ArrayList<>(old);
    for (Object entry : patches) {
      Map<String, Object> patch = new LinkedHashMap<>(Yaml.map(entry));
      boolean delete = "delete".equals(patch.remove("$patch"));
      Map<String, Object> merged =
          old.stream()
              .filter(candidate -> candidate.getOrDefault(mergeKey, "").equals(patch.get(mergeKey)))
              .findFirst()
              .orElseGet(LinkedHashMap::new);
      rest.removeIf(candidate -> candidate == merged);
      if (!delete) {
        mergeMap(merged, patch);
        first.add(merged);
      }
    }
    first.addAll(rest);
    return first;
  }
}
