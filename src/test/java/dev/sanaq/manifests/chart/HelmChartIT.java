package dev.sanaq.manifests.chart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.ComponentCombinations;
import dev.sanaq.manifests.ManifestContractTest;
import dev.sanaq.manifests.ManifestSchemas;
import dev.sanaq.manifests.PodContractTest;
import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The chart as Helm renders it. What it renders for the values of an overlay, or of components, is
 * what Kustomize renders, so all tests of those manifests hold for the chart. Its own value sets
 * are held to the same schemas and contracts. Needs {@code helm} on the PATH: {@code -Phelm}.
 */
class HelmChartIT {
  private static final ManifestSchemas SCHEMAS = new ManifestSchemas();
  private static final Path VALUES = Path.of("src/test/resources/chart");
  private static final Map<String, Object> COMPONENTS =
      Yaml.documents(VALUES.resolve("components.yaml")).get(0);
  private static final String APP_VERSION =
      Yaml.string(Yaml.documents(HelmChart.FOLDER.resolve("Chart.yaml")).get(0), "appVersion");

  @TempDir private Path folder = Path.of("");

  static Stream<Path> valueSets() {
    return HelmChart.valueSets();
  }

  // ---- the same as Kustomize ----

  @Test
  void cloud_isWhatKustomizeRenders() {
    Map<String, Map<String, Object>> kustomize =
        kustomized(Kustomization.render(Path.of("k8s/overlays/cloud")));
    // With Helm an administrator does both: its chart has the cluster's policy as well.
    kustomize.putAll(kustomized(Kustomization.render(Path.of("k8s/cluster"))));
    assertSame(HelmChart.render(List.of(valueSet("strimzi"))), kustomize);
  }

  @Test
  void kind_isWhatKustomizeRenders() {
    List<Map<String, Object>> kustomize = Kustomization.render(Path.of("k8s/overlays/kind"));
    // The chart needs a Kafka and a storage; the overlay brings both.
    kustomize.removeIf(
        object ->
            ObjectReference.of(object).name().equals("storage")
                || Set.of("Kafka", "KafkaNodePool").contains(ObjectReference.of(object).kind()));
    assertSame(
        HelmChart.render(List.of(VALUES.resolve("kind-values.yaml"))), kustomized(kustomize));
  }

  @Test
  void componentCombinations_areWhatKustomizeRenders() {
    int compared = 0;
    List<List<String>> all =
        ComponentCombinations.all().stream().filter(HelmChartIT::isSupported).toList();
    for (int i = 0; i < all.size(); i += 7) {
      List<String> components = all.get(i);
      Map<String, Map<String, Object>> kustomize =
          kustomized(
              Kustomization.render(
                  ComponentCombinations.K8S.resolve("base"),
                  ComponentCombinations.folders(components)));
      if (components.stream().noneMatch(name -> name.startsWith("keda"))) {
        // The components of a broker bring what KEDA needs of it also where there is no KEDA.
        kustomize.keySet().removeIf(id -> id.contains("TriggerAuthentication"));
      }
      List<String> parts = new ArrayList<>(List.of("base"));
      parts.addAll(components);
      try {
        assertSame(HelmChart.render(parts.stream().map(this::fragment).toList()), kustomize);
      } catch (AssertionError e) {
        throw new AssertionError("base with " + components + ": " + e.getMessage(), e);
      }
      compared++;
    }
    assertThat(compared).isGreaterThan(50);
    assertThat(COMPONENTS.keySet())
        .containsAll(all.stream().flatMap(List::stream).collect(Collectors.toSet()));
  }

  // ---- the value sets ----

  @ParameterizedTest
  @MethodSource("valueSets")
  void valueSet_passesLint(Path values) {
    HelmChart.Run lint = HelmChart.lint(List.of(values));
    assertThat(lint.exitCode()).as(lint.text()).isZero();
  }

  @Test
  void defaultValues_passLint() {
    HelmChart.Run lint = HelmChart.lint(List.of());
    assertThat(lint.exitCode()).as(lint.text()).isZero();
  }

  @ParameterizedTest
  @MethodSource("valueSets")
  void valueSet_rendersToValidObjects(Path values) {
    List<Map<String, Object>> objects = HelmChart.render(List.of(values));
    assertThat(objects.stream().flatMap(object -> SCHEMAS.validate(object).stream())).isEmpty();
    assertThat(objects.stream().map(ObjectReference::of)).doesNotHaveDuplicates();
  }

  /** The tests of the manifests of Kustomize, for the chart. */
  @ParameterizedTest
  @MethodSource("valueSets")
  void valueSet_keepsContractsOfManifests(Path values) {
    ManifestContractTest contract = new ManifestContractTest();
    PodContractTest pods = new PodContractTest();
    List<Consumer<List<Map<String, Object>>>> tests =
        List.of(
            contract::portsAndProbes_matchProgram,
            contract::environment_isValidConfig,
            contract::gracePeriod_exceedsShutdownTimeout,
            pods::podWithPrivateFiles_hasGroupThatReadsThem,
            pods::deployment_spreadsItsPods,
            pods::everyProbe_waitsSeveralSecondsForItsAnswer,
            pods::startupProbe_allowsTenMinutes);
    tests.forEach(test -> test.accept(HelmChart.render(List.of(values))));
  }

  @Test
  void valueSets_renderEveryKind() {
    Set<String> kinds =
        valueSets()
            .flatMap(values -> HelmChart.render(List.of(values)).stream())
            .map(object -> ObjectReference.of(object).kind())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(kinds)
        .contains("ScaledObject", "ScaledJob", "KafkaTopic", "KafkaUser", "TriggerAuthentication")
        .contains("Ingress", "HTTPRoute", "PodMonitor", "PrometheusRule", "NetworkPolicy")
        .contains("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding");
  }

  // ---- what only the chart has ----

  @Test
  void gpuValues_chooseNode() {
    Map<String, Object> pod = Pods.spec(object(valueSet("gpu-keda-sasl"), "Deployment", "worker"));
    assertThat(pod)
        .containsEntry("runtimeClassName", "nvidia")
        .containsEntry("nodeSelector", Map.of("nvidia.com/gpu.product", "NVIDIA-L4"))
        .containsEntry("priorityClassName", "images")
        .doesNotContainKey("affinity");
    assertThat(Yaml.map(Yaml.maps(pod, "containers").get(0), "resources", "limits"))
        .containsEntry("nvidia.com/gpu", "1");
    Map<String, Object> slice = Pods.spec(object(valueSet("scaled-job"), "ScaledJob", "worker"));
    assertThat(Yaml.map(Yaml.maps(slice, "containers").get(0), "resources", "limits"))
        .containsOnlyKeys("memory", "nvidia.com/mig-3g.40gb");
  }

  @Test
  void image_hasRegistryTagOrDigest() {
    List<Map<String, Object>> objects = HelmChart.render(List.of(valueSet("gpu-keda-sasl")));
    Set<String> images =
        objects.stream()
            .flatMap(object -> Pods.containers(object).stream())
            .map(container -> Yaml.string(container, "image"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(images)
        .containsExactly(
            "registry.example.com/sanaq/sanaq-gateway:0.1.0",
            "registry.example.com/sanaq/sanaq-worker-cuda@sha256:"
                + "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
  }

  @Test
  void saslWithAuthority_reachesProgramAndKeda() {
    Path values = valueSet("gpu-keda-sasl");
    List<Map<String, Object>> objects = HelmChart.render(List.of(values));
    for (String part : List.of("worker", "gateway", "webhooks")) {
      Map<String, Object> pod = Pods.spec(object(values, "Deployment", part));
      Map<String, Object> container = Yaml.maps(pod, "containers").get(0);
      assertThat(Pods.environment(container, objects))
          .containsEntry("KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
          .containsEntry("KAFKA_SASL_MECHANISM", "SCRAM-SHA-256")
          .containsEntry("KAFKA_SASL_JAAS_CONFIG", "<secret>")
          .containsEntry("KAFKA_SSL_TRUSTSTORE_TYPE", "PEM")
          .doesNotContainKey("SANAQ_STORAGE_ACCESS_KEY");
      String location = Pods.environment(container, objects).get("KAFKA_SSL_TRUSTSTORE_LOCATION");
      assertThat(Yaml.maps(container, "volumeMounts"))
          .anySatisfy(
              mount -> assertThat(location).startsWith(Yaml.string(mount, "mountPath") + "/ca"));
    }
    Map<String, Object> scaled = Yaml.map(object(values, "ScaledObject", "worker"), "spec");
    Map<String, Object> lag = Yaml.maps(scaled, "triggers").get(0);
    assertThat(Yaml.map(lag, "metadata"))
        .containsEntry("sasl", "scram_sha256")
        .containsEntry("tls", "enable")
        .containsEntry("lagThreshold", "8");
    assertThat(Yaml.string(scaled, "advanced", "scalingModifiers", "formula"))
        .isEqualTo("max(lag / 8, (backlog ?? 0) / 60)");
    assertThat(
            Yaml.maps(
                Yaml.map(object(values, "TriggerAuthentication", "kafka"), "spec"),
                "secretTargetRef"))
        .extracting(entry -> Yaml.string(entry, "parameter"))
        .containsExactly("username", "password", "ca");
  }

  /** A pod that goes on with old settings, and a GPU worker that reloads its model for nothing. */
  @Test
  void podsRestart_ifAndOnlyIfSettingsChange() {
    Path values = valueSet("everything");
    Map<String, String> before = checksums(List.of(values));
    assertThat(before).hasSize(3);
    Path other = HelmChart.write(folder, "other", Map.of("storage", Map.of("bucket", "other")));
    assertThat(checksums(List.of(values, other)).values())
        .doesNotContainAnyElementsOf(before.values());
    Path labels =
        HelmChart.write(folder, "more", Map.of("networkPolicy", Map.of("enabled", false)));
    assertThat(checksums(List.of(values, labels))).isEqualTo(before);
  }

  /** Two models are two releases; nothing of one may select or override what is the other's. */
  @Test
  void releases_shareNoNamesAndNoSelectors() {
    List<Path> values =
        List.of(
            valueSet("everything"),
            HelmChart.write(folder, "names", Map.of("fullnameOverride", "")));
    HelmChart.Run other = HelmChart.template("other", "elsewhere", values);
    assertThat(other.exitCode()).as(other.text()).isZero();
    Set<String> names = new TreeSet<>();
    for (Map<String, Object> object : Yaml.documents(other.text())) {
      names.add(ObjectReference.of(object).name());
      Map<String, Object> metadata = Yaml.map(object, "metadata");
      assertThat(Yaml.map(metadata, "labels").get("app.kubernetes.io/part-of"))
          .isEqualTo("other-sanaq");
      if (!ObjectReference.of(object).kind().startsWith("ValidatingAdmission")) {
        assertThat(metadata).containsEntry("namespace", "elsewhere");
      }
    }
    assertThat(names)
        .contains("elsewhere-other-sanaq-worker-own-pod")
        .allMatch(name -> name.contains("other-sanaq") || name.startsWith("studio."));
    assertThat(other.text())
        .contains("http://other-sanaq-gateway.elsewhere.svc:80/v1/backlog")
        .doesNotContain("name: sanaq-worker", "name: sanaq-gateway\n", "part-of: sanaq\n");
  }

  /** What the gateway sends to a model's topic, its workers read, and KEDA counts. */
  @Test
  void severalModels_haveWorkersTopicAndScalerEach_andTheGatewayKnowsThem() {
    Path values = valueSet("two-models");
    List<Map<String, Object>> objects = HelmChart.render(List.of(values));
    Map<String, String> finals = environment(object(values, "Deployment", "worker"), objects);
    Map<String, String> drafts =
        environment(object(values, "Deployment", "worker-drafts"), objects);
    assertThat(finals)
        .containsEntry("SANAQ_MODEL_PATH", "/var/lib/sanaq/sana-1.5")
        .doesNotContainKeys("SANAQ_TOPICS_REQUESTS", "SANAQ_WORKER_GROUP");
    assertThat(drafts)
        .containsEntry("SANAQ_MODEL_PATH", "/var/lib/sanaq/sana-sprint")
        .containsEntry("SANAQ_MODEL_PRECISION", "bf16")
        .containsEntry("SANAQ_TOPICS_REQUESTS", "sanaq.requests.drafts")
        .containsEntry("SANAQ_WORKER_GROUP", "sanaq-workers-drafts");
    Map<String, String> gateway = environment(object(values, "Deployment", "gateway"), objects);
    gateway.keySet().removeIf(name -> !name.startsWith("SANAQ_GATEWAY_"));
    assertThat(gateway)
        .containsOnly(
            Map.entry("SANAQ_GATEWAY_DEFAULT_MODEL", "sana-1.5"),
            Map.entry("SANAQ_GATEWAY_MODELS_DEFAULT_NAME", "sana-1.5"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_NAME", "sana-sprint"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_REQUESTS", "sanaq.requests.drafts"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_GROUP", "sanaq-workers-drafts"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_MAX_BACKLOG", "PT10M"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_ESTIMATE_STEPS", "2"),
            Map.entry("SANAQ_GATEWAY_MODELS_DRAFTS_ESTIMATE_SECONDS_PER_MEGAPIXEL_STEP", "0.02"),
            Map.entry("SANAQ_GATEWAY_WORKER_START_TIMEOUT", "PT4M"));
    assertScaler(object(values, "ScaledObject", "worker"), "sanaq-worker", "", "sana-1.5");
    Map<String, Object> scaler = object(values, "ScaledObject", "worker-drafts");
    assertScaler(scaler, "sanaq-worker-drafts", "drafts", "sana-sprint");
    assertThat(Yaml.string(scaler, "spec", "advanced", "scalingModifiers", "formula"))
        .isEqualTo("max(lag / 16, (backlog ?? 0) / 15)");
    assertThat(Yaml.map(scaler, "spec"))
        .containsEntry("minReplicaCount", 1)
        .containsEntry("maxReplicaCount", 8);
    assertThat(
            objects.stream()
                .filter(object -> ObjectReference.of(object).name().equals("sanaq.requests.drafts"))
                .map(object -> Yaml.map(object, "spec").get("partitions")))
        .containsExactly(16);
  }

  /** No pod of one model may be selected by the Deployment or the budget of another. */
  @Test
  void severalModels_selectTheirOwnPodsOnly() {
    Path values = valueSet("two-models");
    for (String part : List.of("worker", "worker-drafts")) {
      Map<String, Object> deployment = object(values, "Deployment", part);
      Map<String, Object> labels = Yaml.map(deployment, "spec", "template", "metadata", "labels");
      Map<String, Object> own = Map.of("app.kubernetes.io/name", "sanaq-" + part);
      assertThat(Yaml.map(deployment, "spec", "selector", "matchLabels")).isEqualTo(own);
      assertThat(labels).containsAllEntriesOf(own);
      assertThat(
              Yaml.map(
                  object(values, "PodDisruptionBudget", part), "spec", "selector", "matchLabels"))
          .isEqualTo(own);
    }
    Map<String, Object> drafts = Pods.spec(object(values, "Deployment", "worker-drafts"));
    assertThat(drafts)
        .containsEntry("serviceAccountName", "sanaq-worker")
        .containsEntry("nodeSelector", Map.of("nvidia.com/gpu.product", "NVIDIA-L4"))
        .doesNotContainKey("affinity");
    assertThat(Pods.spec(object(values, "Deployment", "worker")))
        .containsKey("affinity")
        .doesNotContainKey("nodeSelector");
    assertThat(Yaml.map(object(values, "NetworkPolicy", "worker"), "spec", "podSelector"))
        .asString()
        .contains("In", "sanaq-worker,", "sanaq-worker-drafts");
  }

  private static void assertScaler(
      Map<String, Object> scaler, String workers, String suffix, String model) {
    assertThat(Yaml.string(scaler, "spec", "scaleTargetRef", "name")).isEqualTo(workers);
    List<Map<String, Object>> triggers = Yaml.maps(Yaml.map(scaler, "spec"), "triggers");
    assertThat(Yaml.map(triggers.get(0), "metadata"))
        .containsEntry("topic", suffix.isEmpty() ? "sanaq.requests" : "sanaq.requests." + suffix)
        .containsEntry(
            "consumerGroup", suffix.isEmpty() ? "sanaq-workers" : "sanaq-workers-" + suffix);
    assertThat(Yaml.string(triggers.get(1), "metadata", "url"))
        .isEqualTo("http://sanaq-gateway.sanaq.svc:8080/v1/backlog?model=" + model);
  }

  private static Map<String, String> environment(
      Map<String, Object> deployment, List<Map<String, Object>> objects) {
    return new TreeMap<>(
        Pods.environment(Yaml.maps(Pods.spec(deployment), "containers").get(0), objects));
  }

  /** The rules are a file of k8s with the names that the manifests there have. */
  @Test
  void alerts_nameObjectsAndRunbooksOfRelease() {
    Map<String, Object> rule =
        HelmChart.render(List.of(valueSet("everything"))).stream()
            .filter(object -> ObjectReference.of(object).kind().equals("PrometheusRule"))
            .findFirst()
            .orElseThrow();
    assertThat(rule.toString())
        .contains("scaledObject=~\"studio-worker(-.+)?\"", "consumergroup=~\"sanaq-studio(-.+)?\"")
        .contains("topic=~\"studio.requests(")
        .contains("https://docs.example.com/studio/runbooks/SanaqLagGrows.md")
        .doesNotContain("sanaq-worker(", "sanaq-workers", "sanaq.requests", "git.example.com");
  }

  @ParameterizedTest
  @CsvSource({
    "gatway.enabled=true,                gatway",
    "model.device=gpu,                   device",
    "worker.gpu.count=0,                 count",
    "kafka.sasl.mechanism=GSSAPI,        mechanism",
    "gateway.replicas=two,               replicas",
    "model.source=https://example.com/x, source",
    "models.Drafts.model.path=/x/b,      Drafts",
    "models.b.modle.path=/x/b,           modle",
  })
  void wrongValue_isRefusedByName(String setting, String named) {
    HelmChart.Run run = HelmChart.template("sanaq", "sanaq", List.of(), "--set", setting);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.text()).contains("specifications of the schema").contains(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "keda.mode=ScaledObject,gateway.enabled=false; set gateway.enabled",
        "keda.mode=ScaledObject,worker.replicas=2; leave it null",
        "kafka.strimzi.enabled=true,kafka.sasl.enabled=true; switch kafka.sasl.enabled",
        "kafka.strimzi.enabled=true,kafka.topics.events.name=e; kafka.strimzi.topicPrefix",
        "kafka.strimzi.enabled=true,kafka.consumerGroup=mine; begin with sanaq-",
        "models.b.model.path=/x/model; each needs another",
        "models.b.model.path=/x/b,models.b.worker.serviceAccount.annotations.a=b; all workers have",
        "kafka.strimzi.enabled=true,models.b.model.path=/x/b,models.b.consumerGroup=b; begin with",
      })
  void contradiction_isRefusedWithRemedy(String settings, String remedy) {
    HelmChart.Run run = HelmChart.template("sanaq", "sanaq", List.of(), "--set", settings);
    assertThat(run.exitCode()).isNotZero();
    assertThat(run.text()).contains(remedy);
  }

  private Path fragment(String component) {
    return HelmChart.write(folder, component, Yaml.map(COMPONENTS, component));
  }

  /** The chart refuses KEDA's pool without a gateway, which k8s/README.md forbids as well. */
  private static boolean isSupported(List<String> components) {
    return !components.contains("keda") || components.contains("gateway");
  }

  private static Map<String, Map<String, Object>> kustomized(List<Map<String, Object>> objects) {
    // Helm makes the namespace by itself: --create-namespace.
    objects.removeIf(object -> ObjectReference.of(object).kind().equals("Namespace"));
    return CommonForm.of(objects, APP_VERSION);
  }

  private static void assertSame(
      List<Map<String, Object>> chart, Map<String, Map<String, Object>> kustomize) {
    Map<String, Map<String, Object>> helm = CommonForm.of(chart, APP_VERSION);
    assertThat(helm.keySet()).isEqualTo(kustomize.keySet());
    kustomize.forEach((id, object) -> assertThat(helm.get(id)).as(id).isEqualTo(object));
  }

  private static Map<String, String> checksums(List<Path> values) {
    Map<String, String> checksums = new TreeMap<>();
    for (Map<String, Object> object : HelmChart.render(values)) {
      String checksum =
          Yaml.string(object, "spec", "template", "metadata", "annotations", "checksum/config");
      if (!checksum.isEmpty()) {
        checksums.put(ObjectReference.of(object).name(), checksum);
      }
    }
    return checksums;
  }

  private static Path valueSet(String name) {
    return HelmChart.FOLDER.resolve("ci").resolve(name + "-values.yaml");
  }

  private static Map<String, Object> object(Path values, String kind, String part) {
    return HelmChart.render(List.of(values)).stream()
        .filter(object -> ObjectReference.of(object).kind().equals(kind))
        .filter(object -> ObjectReference.of(object).name().endsWith("-" + part))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + kind + " of " + part));
  }
}
