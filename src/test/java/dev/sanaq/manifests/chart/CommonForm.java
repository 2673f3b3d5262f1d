package dev.sanaq.manifests.chart;

import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Objects of Helm and of Kustomize without what the two tools do differently: Helm's labels, the
 * hash in a ConfigMap's name or its checksum in an annotation, the order of variables and volumes,
 * and tags of images that an overlay has not set yet.
 */
final class CommonForm {
  private static final Set<String> HELM_LABELS =
      Set.of(
          "helm.sh/chart",
          "app.kubernetes.io/instance",
          "app.kubernetes.io/version",
          "app.kubernetes.io/managed-by");
  private static final Set<String> OF_THE_CLUSTER =
      Set.of("Namespace", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");

  private CommonForm() {}

  /** Returns the objects by their identity. The objects themselves change. */
  static Map<String, Map<String, Object>> of(List<Map<String, Object>> objects, String tag) {
    Map<String, Map<String, Object>> common = new TreeMap<>();
    for (Map<String, Object> object : objects) {
      Map<String, Object> metadata = Yaml.map(object, "metadata");
      simplify(metadata);
      if (!OF_THE_CLUSTER.contains(ObjectReference.of(object).kind())) {
        metadata.putIfAbsent("namespace", "sanaq");
      }
      Yaml.maps(object, "subjects").forEach(subject -> subject.putIfAbsent("namespace", "sanaq"));
      if (ObjectReference.of(object).kind().equals("ConfigMap")) {
        metadata.put("name", withoutHash(Yaml.string(metadata, "name")));
      }
      pod(object, tag);
      common.put(ObjectReference.of(object).toString(), object);
    }
    return common;
  }

  private static void pod(Map<String, Object> object, String tag) {
    simplify(Yaml.map(object, "spec", "template", "metadata"));
    simplify(Yaml.map(object, "spec", "jobTargetRef", "template", "metadata"));
    for (Map<String, Object> container : Pods.containers(object)) {
      for (Map<String, Object> from : Yaml.maps(container, "envFrom")) {
        Yaml.map(from, "configMapRef").computeIfPresent("name", (key, name) -> withoutHash(name));
      }
      sort(container, "env", "name");
      sort(container, "volumeMounts", "mountPath");
      String image = Yaml.string(container, "image");
      container.put("image", image.contains(":") ? image : image + ":" + tag);
    }
    sort(Pods.spec(object), "volumes", "name");
  }

  private static void simplify(Map<String, Object> metadata) {
    Map<String, Object> labels = new LinkedHashMap<>(Yaml.map(metadata, "labels"));
    labels.keySet().removeAll(HELM_LABELS);
    metadata.replace("labels", labels);
    Map<String, Object> annotations = new LinkedHashMap<>(Yaml.map(metadata, "annotations"));
    annotations.remove("checksum/config");
    metadata.remove("annotations");
    if (!annotations.isEmpty()) {
      metadata.put("annotations", annotations);
    }
  }

  private static String withoutHash(Object name) {
    return name.toString().replaceAll("-[a-z0-9]{10}$", "");
  }

  private static void sort(Map<String, Object> of, String list, String key) {
    List<Map<String, Object>> sorted = new ArrayList<>(Yaml.maps(of, list));
    sorted.sort(Comparator.comparing(entry -> Yaml.string(entry, key)));
    of.replace(list, sorted);
  }
}
