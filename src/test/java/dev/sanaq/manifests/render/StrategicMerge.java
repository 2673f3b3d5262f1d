package dev.sanaq.manifests.render;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Kubernetes' strategic merge: mappings key by key, some lists entry by entry, all others replaced;
 * null takes a key away, {@code $patch: delete} an entry. Of kinds that Kubernetes does not know,
 * all lists are replaced.
 */
final class StrategicMerge {
  /** By what the entries of a list are known, where they are merged. */
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

  private StrategicMerge(boolean lists) {
    this.mergesLists = lists;
  }

  /** Changes the object as the patch says. */
  static void merge(Map<String, Object> object, Map<String, Object> patch) {
    new StrategicMerge(BUILT_IN.contains(Yaml.string(object, "apiVersion")))
        .mergeMap(object, patch);
  }

  private void mergeMap(Map<String, Object> into, Map<String, Object> patch) {
    patch.forEach(
        (key, value) -> {
          Object old = into.get(key);
          if (value == null) {
            into.remove(key);
          } else if (value instanceof Map<?, ?>) {
            Map<String, Object> inner =
                old instanceof Map<?, ?> ? Yaml.map(old) : new LinkedHashMap<>();
            mergeMap(inner, Yaml.map(value));
            into.put(key, inner);
          } else if (mergesLists
              && MERGE_KEYS.containsKey(key)
              && value instanceof List<?> entries) {
            into.put(key, mergeList(MERGE_KEYS.get(key), Yaml.maps(into, key), entries));
          } else {
            into.put(key, value);
          }
        });
  }

  // As kustomize orders them: what the patch names comes first, in its order.
  private List<Map<String, Object>> mergeList(
      String by, List<Map<String, Object>> old, List<?> patches) {
    List<Map<String, Object>> first = new ArrayList<>();
    List<Map<String, Object>> rest = new ArrayList<>(old);
    for (Object entry : patches) {
      Map<String, Object> patch = new LinkedHashMap<>(Yaml.map(entry));
      boolean delete = "delete".equals(patch.remove("$patch"));
      Map<String, Object> merged =
          old.stream()
              .filter(one -> one.getOrDefault(by, "").equals(patch.get(by)))
              .findFirst()
              .orElseGet(LinkedHashMap::new);
      rest.removeIf(one -> one == merged);
      if (!delete) {
        mergeMap(merged, patch);
        first.add(merged);
      }
    }
    first.addAll(rest);
    return first;
  }
}
