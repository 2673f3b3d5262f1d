package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Yaml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
