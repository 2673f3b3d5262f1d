package dev.sanaq.manifests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.kafka.TopicsConfig;
import dev.sanaq.kubernetes.KubernetesConfig;
import dev.sanaq.manifests.render.Kustomization;
import dev.sanaq.manifests.render.ObjectReference;
import dev.sanaq.manifests.render.Pods;
import dev.sanaq.manifests.render.Yaml;
import dev.sanaq.storage.StorageConfig;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.WebhookConfig;
import dev.sanaq.worker.WorkerConfig;
import dev.sanaq.worker.run.ModelConfig;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The manifests agree with the program: ports, probes, variables, topics and times. */
public class ManifestContractTest {
  private static final Set<String> PROBES =
      Set.of("/q/health/live", "/q/health/ready", "/q/health/started");
  private static final TopicsConfig TOPICS = TestSettings.mapping(TopicsConfig.class, Map.of());
  private static final WorkerConfig WORKER = TestSettings.mapping(WorkerConfig.class, Map.of());

  static Stream<List<Map<String, Object>>> renderedManifests() {
    List<List<String>> all = ComponentCombinations.all();
    return Stream.concat(
        ComponentCombinations.overlays().map(Kustomization::render),
        Stream.iterate(0, i -> i < all.size(), i -> i + 7)
            .map(all::get)
            .map(
                components ->
                    Kustomization.render(
                        ComponentCombinations.K8S.resolve("base"),
                        ComponentCombinations.folders(components))));
  }

  @ParameterizedTest
  @MethodSource("renderedManifests")
  public void portsAndProbes_matchProgram(List<Map<String, Object>> objects) {
    for (Map<String, Object> container : sanaqContainers(objects)) {
      assertThat(Yaml.maps(container, "ports"))
          .extracting(port -> Yaml.string(port, "containerPort"))
          .containsExactly("8080");
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        Map<String, Object> get = Yaml.map(container, probe, "httpGet");
        if (!get.isEmpty()) {
          assertThat(PROBES).contains(Yaml.string(get, "path"));
          assertThat(get).containsEntry("port", "http");
        }
      }
      assertThat(Yaml.string(container, "livenessProbe", "httpGet", "path"))
          .isEqualTo("/q/health/live");
      assertThat(Yaml.strings(container, "args")).containsExactly("serve");
    }
  }

  /** Each variable is a property of the program, and its value is valid. */
  @ParameterizedTest
  @MethodSource("renderedManifests")
  public void environment_isValidConfig(List<Map<String, Object>> objects) {
    for (Map<String, Object> container : sanaqContainers(objects)) {
      Map<String, String> environment = Pods.environment(container, objects);
      assertThat(EnvironmentVariables.unknown(environment.keySet())).isEmpty();
      Map<String, String> values = new TreeMap<>();
      environment.forEach((name, value) -> values.put(name, placeholder(name, value)));
      assertThat(loadConfig(values)).isNotNull();
      assertThat(environment).containsEntry("QUARKUS_HTTP_HOST", "0.0.0.0");
      assertThat(environment).containsKey("KAFKA_BOOTSTRAP_SERVERS");
    }
  }

  @ParameterizedTest
  @MethodSource("renderedManifests")
  public void gracePeriod_exceedsShutdownTimeout(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : sanaqContainers(List.of(object))) {
        Map<String, String> environment = Pods.environment(container, objects);
        long gracePeriod =
            Long.parseLong(Yaml.string(Pods.spec(object), "terminationGracePeriodSeconds"));
        String preStop = Yaml.string(container, "lifecycle", "preStop", "sleep", "seconds");
        long preStopSeconds = preStop.isEmpty() ? 0 : Long.parseLong(preStop);
        assertThat(Duration.ofSeconds(gracePeriod - preStopSeconds))
            .as("%s", ObjectReference.of(object))
            .isGreaterThanOrEqualTo(minimumGracePeriod(environment));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("renderedManifests")
  void scalerTriggers_useWorkerGroupTopicAndGateway(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> trigger : Yaml.maps(Yaml.map(object, "spec"), "triggers")) {
        Map<String, Object> metadata = Yaml.map(trigger, "metadata");
        if (Yaml.string(trigger, "type").equals("kafka")) {
          assertThat(metadata)
              .containsEntry("topic", TOPICS.requests())
              .containsEntry("consumerGroup", WORKER.group())
              .containsEntry("bootstrapServers", bootstrapServers(objects));
          // KEDA calls from its own namespace.
          assertThat(bootstrapServers(objects)).contains(".sanaq.svc:");
        } else {
          assertThat(metadata)
              .containsEntry("url", "http://sanaq-gateway.sanaq.svc:8080/v1/backlog");
          assertThat(metadata).containsEntry("valueLocation", "seconds");
        }
      }
    }
  }

  @Test
  void kafkaTopics_matchConfig() {
    Map<String, Map<String, Object>> topics =
        Kustomization.render(Path.of("k8s/overlays/cloud")).stream()
            .filter(object -> ObjectReference.of(object).kind().equals("KafkaTopic"))
            .collect(
                Collectors.toMap(
                    object -> ObjectReference.of(object).name(), o -> Yaml.map(o, "spec")));
    assertThat(topics.keySet())
        .containsExactlyInAnyOrder(
            TOPICS.requests(),
            TOPICS.cancellations(),
            TOPICS.events(),
            TOPICS.deadLetters(),
            TOPICS.webhookDeliveries());
    assertThat(
            Yaml.string(
                topics.getOrDefault(TOPICS.webhookDeliveries(), Map.of()),
                "config",
                "cleanup.policy"))
        .isEqualTo("compact");
    long retention =
        Long.parseLong(
            Yaml.string(
                topics.getOrDefault(TOPICS.cancellations(), Map.of()), "config", "retention.ms"));
    assertThat(Duration.ofMillis(retention)).isGreaterThan(WORKER.cancellationRetention());
    long partitions =
        Long.parseLong(Yaml.string(topics.getOrDefault(TOPICS.requests(), Map.of()), "partitions"));
    assertThat(partitions).as("partitions").isGreaterThanOrEqualTo(2 * maxReplicas());
  }

  @ParameterizedTest
  @MethodSource("renderedManifests")
  void everyPod_isRestrictedAndReadOnly(List<Map<String, Object>> objects) {
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : Pods.containers(object)) {
        Map<String, Object> pod = Yaml.map(Pods.spec(object), "securityContext");
        Map<String, Object> context = Yaml.map(container, "securityContext");
        assertThat(pod).containsEntry("runAsNonRoot", true).containsKey("seccompProfile");
        assertThat(context)
            .containsEntry("allowPrivilegeEscalation", false)
            .containsEntry("readOnlyRootFilesystem", true);
        assertThat(Yaml.strings(Yaml.map(context, "capabilities"), "drop")).containsExactly("ALL");
        assertThat(Yaml.string(container, "resources", "limits", "memory")).isNotEmpty();
      }
    }
  }

  /** Selectors match their pods, and every reference has its object. */
  @ParameterizedTest
  @MethodSource("renderedManifests")
  void references_resolve(List<Map<String, Object>> objects) {
    Set<String> names = new HashSet<>();
    objects.forEach(
        o -> names.add(ObjectReference.of(o).kind() + "/" + ObjectReference.of(o).name()));
    for (Map<String, Object> object : objects) {
      for (Map<String, Object> container : Pods.containers(object)) {
        Yaml.maps(container, "envFrom").stream()
            .map(from -> Yaml.string(from, "configMapRef", "name"))
            .filter(name -> !name.isEmpty())
            .forEach(name -> assertThat(names).contains("ConfigMap/" + name));
        Set<String> volumes =
            Yaml.maps(Pods.spec(object), "volumes").stream()
                .map(volume -> Yaml.string(volume, "name"))
                .collect(Collectors.toSet());
        Yaml.maps(container, "volumeMounts")
            .forEach(mount -> assertThat(volumes).contains(Yaml.string(mount, "name")));
      }
      Map<String, Object> selected = Yaml.map(object, "spec", "selector", "matchLabels");
      Map<String, Object> template = Yaml.map(object, "spec", "template", "metadata", "labels");
      if (!template.isEmpty() && !selected.isEmpty()) {
        assertThat(template).containsAllEntriesOf(selected);
      }
      Yaml.maps(Yaml.map(object, "spec"), "triggers").stream()
          .map(trigger -> Yaml.string(trigger, "authenticationRef", "name"))
          .filter(name -> !name.isEmpty())
          .forEach(name -> assertThat(names).contains("TriggerAuthentication/" + name));
      String scaled = Yaml.string(object, "spec", "scaleTargetRef", "name");
      assertThat(scaled)
          .satisfiesAnyOf(
              name -> assertThat(name).isEmpty(),
              name -> assertThat(names).contains("Deployment/" + name));
    }
  }

  private static long maxReplicas() {
    return Kustomization.render(Path.of("k8s/overlays/cloud")).stream()
        .filter(object -> ObjectReference.of(object).kind().equals("ScaledObject"))
        .mapToLong(object -> Long.parseLong(Yaml.string(object, "spec", "maxReplicaCount")))
        .findFirst()
        .orElseThrow();
  }

  private static Duration minimumGracePeriod(Map<String, String> environment) {
    if (!environment.getOrDefault("SANAQ_WORKER_ENABLED", "true").equals("false")) {
      return loadConfig(
              Map.of(
                  "SANAQ_WORKER_SHUTDOWN_TIMEOUT",
                  environment.get("SANAQ_WORKER_SHUTDOWN_TIMEOUT")))
          .getConfigMapping(WorkerConfig.class)
          .shutdownTimeout()
          .plusSeconds(60);
    }
    return TestSettings.mapping(WorkerConfig.class, Map.of()).retryBackoff().plusSeconds(25);
  }

  private static String bootstrapServers(List<Map<String, Object>> objects) {
    return objects.stream()
        .filter(object -> ObjectReference.of(object).kind().equals("ConfigMap"))
        .map(object -> Yaml.string(object, "data", "KAFKA_BOOTSTRAP_SERVERS"))
        .filter(servers -> !servers.isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /** Returns the containers that serve; the S3 server of kind has the same image. */
  private static List<Map<String, Object>> sanaqContainers(List<Map<String, Object>> objects) {
    return objects.stream()
        .flatMap(object -> Pods.containers(object).stream())
        .filter(container -> Yaml.string(container, "image").contains("sanaq"))
        .filter(container -> !container.containsKey("command"))
        .toList();
  }

  private static String placeholder(String name, String value) {
    if (!value.startsWith("<")) {
      return value;
    }
    return name.equals("SANAQ_WEBHOOK_SECRETS") ? "whsec_" + "A".repeat(40) : "any";
  }

  private static SmallRyeConfig loadConfig(Map<String, String> environment) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withMapping(WorkerConfig.class)
        .withMapping(ModelConfig.class)
        .withMapping(GatewayConfig.class)
        .withMapping(WebhookConfig.class)
        .withMapping(StorageConfig.class)
        .withMapping(TopicsConfig.class)
        .withMapping(KubernetesConfig.class)
        .withSources(
            new io.smallrye.config.EnvConfigSource(environment, 300),
            new PropertiesConfigSource(Map.of("quarkus.http.port", "8080"), "defaults", 1))
        .build();
  }
}
