package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every pod needs from the kubelet and the scheduler. */
public class PodContractTest {
  private static final String MANIFESTS =
      "dev.sanaq.manifests.ManifestContractTest#renderedManifests";

  /**
   * The kubelet creates the files of a secret for root. A program of another user can read them
   * with the mode 0440 only if its pod has an fsGroup.
   */
  @ParameterizedTest
  @MethodSource(MANIFESTS)
  public void podWithPrivateFiles_hasGroupThatReadsThem(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      if (privateVolumes(object).findAny().isPresent()) {
        Map<String, Object> context = Yaml.map(Pods.spec(object), "securityContext");
        assertThat(Yaml.string(context, "fsGroup"))
            .as("%s", ObjectReference.of(object))
            .isNotEmpty()
            .isEqualTo(Yaml.string(context, "runAsGroup"));
      }
    }
  }

  /** One node that fails must not take all pods of a part with it. */
  @ParameterizedTest
  @MethodSource(MANIFESTS)
  public void deployment_spreadsItsPods(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      if (ObjectReference.of(object).kind().equals("Deployment")) {
        assertThat(Yaml.maps(Pods.spec(object), "topologySpreadConstraints"))
            .as("%s", ObjectReference.of(object))
            .isNotEmpty()
            .allSatisfy(
                constraint ->
                    assertThat(Yaml.map(constraint, "labelSelector"))
                        .isEqualTo(Yaml.map(object, "spec", "selector")));
      }
    }
  }

  /** A program that has just started, or is busy, does not answer within the default of 1 s. */
  @ParameterizedTest
  @MethodSource(MANIFESTS)
  public void everyProbe_waitsSeveralSecondsForItsAnswer(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : Pods.containers(object)) {
        for (String name : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
          Map<String, Object> probe = Yaml.map(container, name);
          if (!probe.isEmpty()) {
            assertThat(number(probe, "timeoutSeconds"))
                .as("%s %s", ObjectReference.of(object), name)
                .isGreaterThanOrEqualTo(5);
          }
        }
      }
    }
  }

  /** Every part reads something long before it is ready: the model, or whole topics. */
  @ParameterizedTest
  @MethodSource(MANIFESTS)
  public void startupProbe_allowsTenMinutes(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : Pods.containers(object)) {
        Map<String, Object> probe = Yaml.map(container, "startupProbe");
        if (!probe.isEmpty()) {
          assertThat(number(probe, "periodSeconds") * number(probe, "failureThreshold"))
              .as("%s", ObjectReference.of(object))
              .isGreaterThanOrEqualTo(600);
        }
      }
    }
  }

  /**
   * Strimzi makes the pods of Kafka, by default without what the namespace's pod security standard
   * demands.
   */
  @Test
  void kafkaPods_areRestricted() {
    List<Map<String, Object>> templates = new ArrayList<>();
    for (Map<String, Object> object : Kustomization.render(Path.of("k8s/overlays/kind"))) {
      String kind = ObjectReference.of(object).kind();
      if (kind.equals("Namespace")) {
        assertThat(Yaml.map(object, "metadata", "labels"))
            .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
      } else if (kind.equals("KafkaNodePool")) {
        templates.add(Yaml.map(object, "spec", "template"));
        assertThat(templates.get(templates.size() - 1)).containsOnlyKeys("pod", "kafkaContainer");
      } else if (kind.equals("Kafka")) {
        templates.add(Yaml.map(object, "spec", "entityOperator", "template"));
        assertThat(templates.get(templates.size() - 1))
            .containsOnlyKeys("pod", "topicOperatorContainer", "userOperatorContainer");
      }
    }
    assertThat(templates).hasSize(2);
    for (Map<String, Object> template : templates) {
      for (String part : template.keySet()) {
        Map<String, Object> context = Yaml.map(template, part, "securityContext");
        if (part.equals("pod")) {
          assertThat(context)
              .containsEntry("runAsNonRoot", true)
              .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
        } else {
          assertThat(context)
              .containsEntry("allowPrivilegeEscalation", false)
              .containsEntry("capabilities", Map.of("drop", List.of("ALL")));
        }
      }
    }
  }

  private static int number(Map<String, Object> of, String key) {
    String text = Yaml.string(of, key);
    return text.isEmpty() ? 1 : Integer.parseInt(text);
  }

  /** The volumes whose files not everybody may read; claims are those of their owner. */
  private static Stream<Map<String, Object>> privateVolumes(Map<String, Object> object) {
    return Yaml.maps(Pods.spec(object), "volumes").stream()
        .filter(
            volume ->
                volume.containsKey("persistentVolumeClaim")
                    || isPrivate(Yaml.map(volume, "secret"))
                    || isPrivate(Yaml.map(volume, "projected")));
  }

  private static boolean isPrivate(Map<String, Object> source) {
    String mode = Yaml.string(source, "defaultMode");
    return !mode.isEmpty() && (Integer.parseInt(mode) & 4) == 0;
  }
}
