package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How KEDA scales the pool. */
class ScalingContractTest {
  /**
   * If the gateway does not answer, the lag alone decides: the pool neither wakes for nothing nor
   * keeps the size of its last peak.
   */
  @ParameterizedTest
  @ValueSource(strings = {"k8s/overlays/kind", "k8s/overlays/cloud"})
  void gatewayDown_scalesByLagAlone(String overlay) throws IOException {
    Map<String, Object> spec = spec(overlay, "ScaledObject");
    List<Map<String, Object>> triggers = Yaml.maps(spec, "triggers");
    assertThat(triggers)
        .extracting(trigger -> Yaml.string(trigger, "name"))
        .containsExactly("lag", "backlog");
    Map<String, Object> modifiers = Yaml.map(spec, "advanced", "scalingModifiers");
    assertThat(modifiers)
        .containsEntry(
            "formula",
            "max(lag / %s, (backlog ?? 0) / %s)"
                .formatted(
                    Yaml.string(triggers.get(0), "metadata", "lagThreshold"),
                    Yaml.string(triggers.get(1), "metadata", "targetValue")))
        .containsEntry("target", "1")
        .containsEntry("activationTarget", "0")
        .containsEntry("metricType", "AverageValue");
    Map<String, Object> fallback = Yaml.map(spec, "fallback");
    assertThat(fallback).containsEntry("behavior", "scalingModifiers");
    // With 0 KEDA ends the pool while Kafka does not answer.
    assertThat(Integer.parseInt(Yaml.string(fallback, "replicas"))).isPositive();
    assertThat(Files.readString(Path.of("k8s/README.md")))
        .as("the first version whose fallback has this behavior")
        .contains("| 2.20.2 or later");
  }

  /** An apply sets replicas only where the manifest has them: it would override KEDA. */
  @Test
  void worker_hasNoReplicas_andReadmeCreatesItWithNone() throws Exception {
    Map<String, Object> worker = spec("k8s/overlays/cloud", "Deployment");
    assertThat(worker).doesNotContainKey("replicas");
    String create =
        Files.readString(Path.of("k8s/README.md"))
            .lines()
            .filter(line -> line.startsWith("kubectl kustomize k8s/overlays/cloud "))
            .findFirst()
            .orElseThrow();
    assertThat(create).endsWith(" | kubectl create -f -");
    assumeTrue(RenderTest.hasKustomize5(), "no kubectl with Kustomize 5 on the PATH");
    String local = create.replace(" | kubectl create -f -", "");
    Process process =
        new ProcessBuilder("bash", "-euc", local)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String created = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(Yaml.documents(created))
        .singleElement()
        .satisfies(
            object -> {
              assertThat(ObjectReference.of(object).name()).isEqualTo("sanaq-worker");
              worker.put("replicas", 0);
              assertThat(Yaml.map(object, "spec")).isEqualTo(worker);
            });
  }

  /**
   * The second pool is scaled by its own topic, group and backlog, and replaces nothing of the
   * first. Its suffix is beyond the tests' own renderer.
   */
  @Test
  void secondPool_sharesNoNameWithTheFirst_andIsScaledByItsOwnWork() throws Exception {
    assumeTrue(RenderTest.hasKustomize5(), "no kubectl with Kustomize 5 on the PATH");
    List<Map<String, Object>> drafts = kustomize("k8s/overlays/drafts");
    Map<String, Map<String, Object>> byKind = new TreeMap<>();
    drafts.forEach(object -> byKind.put(ObjectReference.of(object).kind(), object));
    assertThat(drafts).hasSameSizeAs(byKind.values());
    assertThat(byKind)
        .containsOnlyKeys(
            "ConfigMap",
            "Deployment",
            "KafkaTopic",
            "NetworkPolicy",
            "PodDisruptionBudget",
            "ScaledObject");
    Set<ObjectReference> first =
        Kustomization.render(Path.of("k8s/overlays/cloud")).stream()
            .map(ObjectReference::of)
            .collect(Collectors.toSet());
    assertThat(drafts.stream().map(ObjectReference::of)).doesNotContainAnyElementsOf(first);
    assertThat(drafts.stream().flatMap(object -> new ManifestSchemas().validate(object).stream()))
        .isEmpty();

    Map<String, Object> deployment = byKind.getOrDefault("Deployment", Map.of());
    Map<String, Object> own = Map.of("app.kubernetes.io/name", "sanaq-worker-drafts");
    assertThat(Yaml.map(deployment, "spec", "selector", "matchLabels")).isEqualTo(own);
    for (String kind : List.of("PodDisruptionBudget", "NetworkPolicy")) {
      Map<String, Object> spec = Yaml.map(byKind.getOrDefault(kind, Map.of()), "spec");
      String selector = kind.equals("NetworkPolicy") ? "podSelector" : "selector";
      assertThat(Yaml.map(spec, selector, "matchLabels")).as(kind).isEqualTo(own);
    }
    Map<String, Object> pod = Pods.spec(deployment);
    assertThat(pod)
        .as("which the cluster's policy names")
        .containsEntry("serviceAccountName", "sanaq-worker");
    Map<String, String> environment = Pods.environment(Yaml.maps(pod, "containers").get(0), drafts);
    Map<String, Object> scaler = byKind.getOrDefault("ScaledObject", Map.of());
    List<Map<String, Object>> triggers = Yaml.maps(Yaml.map(scaler, "spec"), "triggers");
    assertThat(Yaml.string(scaler, "spec", "scaleTargetRef", "name"))
        .isEqualTo(ObjectReference.of(deployment).name());
    assertThat(Yaml.map(triggers.get(0), "metadata"))
        .containsEntry("topic", environment.get("SANAQ_TOPICS_REQUESTS"))
        .containsEntry("consumerGroup", environment.get("SANAQ_WORKER_GROUP"));
    assertThat(Yaml.string(triggers.get(1), "metadata", "url"))
        .endsWith(
            "/v1/backlog?model="
                + Path.of(environment.getOrDefault("SANAQ_MODEL_PATH", "")).getFileName());
    assertThat(byKind.getOrDefault("KafkaTopic", Map.of()))
        .satisfies(
            topic ->
                assertThat(Yaml.string(topic, "spec", "topicName"))
                    .isEqualTo(environment.get("SANAQ_TOPICS_REQUESTS")));
    assertThat(Files.readString(Path.of("k8s/OPERATING.md")))
        .contains(
            "SANAQ_GATEWAY_MODELS_DRAFTS_REQUESTS=" + environment.get("SANAQ_TOPICS_REQUESTS"),
            "SANAQ_GATEWAY_MODELS_DRAFTS_GROUP=" + environment.get("SANAQ_WORKER_GROUP"));
  }

  private static List<Map<String, Object>> kustomize(String folder) throws Exception {
    Process process =
        new ProcessBuilder("kubectl", "kustomize", folder)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return Yaml.documents(text);
  }

  /**
   * The alert SanaqLagGrows reads KEDA's number, which must not end at the number of partitions.
   */
  @ParameterizedTest
  @ValueSource(strings = {"keda", "keda-jobs"})
  void lagTrigger_countsEveryRequest(String component) {
    Map<String, Object> spec =
        Kustomization.render(Path.of("k8s/base"), ComponentCombinations.folders(List.of(component)))
            .stream()
            .filter(object -> ObjectReference.of(object).kind().startsWith("Scaled"))
            .map(object -> Yaml.map(object, "spec"))
            .findFirst()
            .orElseThrow();
    assertThat(Yaml.maps(spec, "triggers").get(0))
        .containsEntry("name", "lag")
        .satisfies(
            trigger ->
                assertThat(Yaml.map(trigger, "metadata"))
                    .containsEntry("allowIdleConsumers", "true"));
  }

  /** A pool at zero for long must not read requests again, or count them as lag. */
  @Test
  void groupOffsets_outliveRequests() {
    List<Map<String, Object>> kind = Kustomization.render(Path.of("k8s/overlays/kind"));
    long retention =
        kind.stream()
            .filter(object -> ObjectReference.of(object).name().equals("sanaq.requests"))
            .mapToLong(o -> Long.parseLong(Yaml.string(o, "spec", "config", "retention.ms")))
            .findFirst()
            .orElseThrow();
    Map<String, Object> kafka =
        kind.stream()
            .filter(object -> ObjectReference.of(object).kind().equals("Kafka"))
            .findFirst()
            .orElseThrow();
    Map<String, Object> compose =
        Yaml.map(
            Yaml.documents(Path.of("deploy/compose.yaml")).get(0),
            "services",
            "kafka",
            "environment");
    assertThat(
            List.of(
                Yaml.string(kafka, "spec", "kafka", "config", "offsets.retention.minutes"),
                Yaml.string(compose, "KAFKA_OFFSETS_RETENTION_MINUTES")))
        .allSatisfy(
            minutes ->
                assertThat(Duration.ofMinutes(Long.parseLong(minutes)))
                    .isGreaterThan(Duration.ofMillis(retention)));
  }

  private static Map<String, Object> spec(String overlay, String kind) {
    return Kustomization.render(Path.of(overlay)).stream()
        .filter(object -> ObjectReference.of(object).kind().equals(kind))
        .filter(object -> ObjectReference.of(object).name().equals("sanaq-worker"))
        .map(object -> Yaml.map(object, "spec"))
        .findFirst()
        .orElseThrow();
  }
}
