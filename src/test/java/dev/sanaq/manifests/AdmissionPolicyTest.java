package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A role cannot be limited to the pod that has its token, so an admission policy does it: a worker
 * that was taken over must not change the images of other pods.
 */
class AdmissionPolicyTest {
  @Test
  void workerToken_changesAnnotationsOfItsOwnPodOnly() throws IOException {
    List<Map<String, Object>> objects = Kustomization.render(Path.of("k8s/cluster"));
    // Kubernetes refuses an object of the cluster that has a namespace.
    assertThat(objects)
        .allSatisfy(
            object -> assertThat(Yaml.map(object, "metadata")).doesNotContainKey("namespace"));
    assertThat(Files.readString(Path.of("k8s/README.md")))
        .contains("kubectl apply -k k8s/cluster\nkubectl apply -k k8s/overlays/kind\n");
    Map<String, Object> policy = spec(objects, "ValidatingAdmissionPolicy");
    assertThat(policy).containsEntry("failurePolicy", "Fail");
    assertThat(Yaml.maps(Yaml.map(policy, "matchConstraints"), "resourceRules"))
        .containsExactly(
            Map.of(
                "apiGroups",
                List.of(""),
                "apiVersions",
                List.of("v1"),
                "operations",
                List.of("UPDATE"),
                "resources",
                List.of("pods")));
    String account =
        Yaml.string(
            Pods.spec(
                object(Kustomization.render(Path.of("k8s/base")), "Deployment", "sanaq-worker")),
            "serviceAccountName");
    assertThat(Yaml.maps(policy, "matchConditions"))
        .extracting(condition -> Yaml.string(condition, "expression"))
        .containsExactly(
            "request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':%s'"
                .formatted(account));
    assertThat(Yaml.maps(policy, "validations"))
        .extracting(validation -> Yaml.string(validation, "expression"))
        .containsExactly(
            "'authentication.kubernetes.io/pod-name' in request.userInfo.extra && "
                + "request.userInfo.extra['authentication.kubernetes.io/pod-name'] =="
                + " [object.metadata.name]",
            "object.spec == oldObject.spec && object.metadata.?labels =="
                + " oldObject.metadata.?labels");
    assertThat(spec(objects, "ValidatingAdmissionPolicyBinding"))
        .containsEntry("policyName", "sanaq-worker-own-pod")
        .containsEntry("validationActions", List.of("Deny"));
  }

  /** The worker's role needs no more than the policy checks: subresources have no rule there. */
  @ParameterizedTest
  @ValueSource(strings = {"k8s/overlays/kind", "k8s/overlays/cloud"})
  void workerRole_patchesPodsAndNothingElse(String overlay) {
    Map<String, Object> role =
        object(Kustomization.render(Path.of(overlay)), "Role", "sanaq-worker");
    assertThat(Yaml.maps(role, "rules"))
        .containsExactly(
            Map.of(
                "apiGroups", List.of(""), "resources", List.of("pods"), "verbs", List.of("patch")));
  }

  private static Map<String, Object> spec(List<Map<String, Object>> objects, String kind) {
    return Yaml.map(object(objects, kind, "sanaq-worker-own-pod"), "spec");
  }

  private static Map<String, Object> object(
      List<Map<String, Object>> objects, String kind, String name) {
    return objects.stream()
        .filter(object -> ObjectReference.of(object).kind().equals(kind))
        .filter(object -> ObjectReference.of(object).name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " " + name));
  }
}
