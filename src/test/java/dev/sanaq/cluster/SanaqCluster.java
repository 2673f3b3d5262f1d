package dev.sanaq.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ApiClient;
import dev.sanaq.cluster.control.ClusterTools;
import dev.sanaq.cluster.control.ControlPlane;
import dev.sanaq.cluster.control.CustomResources;
import dev.sanaq.cluster.control.Kubectl;
import dev.sanaq.cluster.control.Shell;
import dev.sanaq.cluster.kafka.StrimziKafka;
import dev.sanaq.cluster.kubelet.NodeKubelet;
import dev.sanaq.cluster.kubelet.PodNetwork;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.process.TestProcesses;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;

/** A control plane, nodes, KEDA and a broker, and what the scenarios ask of them. Thread-safe. */
final class SanaqCluster implements AutoCloseable {
  /** The namespace of the overlays. */
  static final String NAMESPACE = "sanaq";

  static final String WORKER = "sanaq-worker";
  static final String GATEWAY = "sanaq-gateway";
  static final String WEBHOOKS = "sanaq-webhooks";
  static final List<String> NODES = List.of("node-1", "node-2");

  private static final Duration START = Duration.ofMinutes(6);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final String OWNER_KEY = "key-of-the-owner";
  private static final String KEDA_KEY = "key-of-keda";
  private static final String STORAGE_KEY = "key-of-storage";

  private final TestProcesses processes = new TestProcesses("cluster");
  private final PodNetwork network = new PodNetwork();
  private final Kubectl kubectl;
  private final ApiClient api;
  private final StrimziKafka kafka;
  private final NodeKubelet kubelet;

  /** Starts all of it, and waits until KEDA is ready. */
  SanaqCluster(ClusterTools tools) {
    ControlPlane plane = ControlPlane.start(processes, tools, PodNetwork.HOST);
    this.kubectl = plane.kubectl();
    this.api = plane.api();
    this.kafka = StrimziKafka.start(processes, PodNetwork.HOST);
    this.kubelet =
        new NodeKubelet(
            api, network, tools, processes, NODES, Map.of(StrimziKafka.NAME, PodNetwork.HOST));
    // With Ignore an object would pass although no webhook has looked at it.
    kubectl.apply(tools.kedaManifests().replace("failurePolicy: Ignore", "failurePolicy: Fail"));
    kubectl.apply(CustomResources.definitions("strimzi"));
    kubectl.apply(CustomResources.definitions("prometheus-operator"));
    for (String name : List.of("keda-operator", "keda-metrics-apiserver", "keda-admission")) {
      await("%s is ready".formatted(name), START, () -> ready("keda", name) == 1);
    }
    createSecrets();
  }

  Kubectl kubectl() {
    return kubectl;
  }

  ApiClient api() {
    return api;
  }

  StrimziKafka kafka() {
    return kafka;
  }

  NodeKubelet kubelet() {
    return kubelet;
  }

  /** Publishes the checkpoint that the program brings, where the manifests expect one. */
  void pushModel() {
    List<String> line = new ArrayList<>(List.of("env"));
    line.add("SANAQ_STORAGE_ENDPOINT=http://%s:9000".formatted(address("storage")));
    line.add("SANAQ_STORAGE_PATH_STYLE=true");
    line.add("SANAQ_STORAGE_ACCESS_KEY=sanaq");
    line.add("SANAQ_STORAGE_SECRET_KEY=" + STORAGE_KEY);
    line.addAll(
        List.of(TestProcesses.jdkTool("java"), "-jar", "target/quarkus-app/quarkus-run.jar"));
    line.addAll(List.of("model", "push", "--model", "src/main/resources/checkpoints/sanaq-emoji"));
    line.addAll(List.of("--to", "s3://sanaq/models/default"));
    Shell.check(line.toArray(String[]::new));
  }

  /** Returns a client of a gateway that is ready, with the key of an owner. */
  GatewayTestClient gateway() {
    return new GatewayTestClient(
        URI.create("http://%s:8080".formatted(address(GATEWAY))),
        "Authorization",
        "Bearer " + OWNER_KEY);
  }

  /** Returns the replicas that a Deployment asks for. */
  int replicas(String deployment) {
    return deployment(NAMESPACE, deployment).at("/spec/replicas").asInt();
  }

  /** Returns the ready replicas of a Deployment. */
  int ready(String deployment) {
    return ready(NAMESPACE, deployment);
  }

  /** Returns the pods of an application that have not ended. */
  List<JsonNode> pods(String application) {
    List<JsonNode> pods = new ArrayList<>();
    api.get(
            "/api/v1/namespaces/%s/pods?labelSelector=app.kubernetes.io%%2Fname%%3D%s"
                .formatted(NAMESPACE, application))
        .path("items")
        .forEach(pods::add);
    pods.removeIf(pod -> List.of("Succeeded", "Failed").contains(pod.at("/status/phase").asText()));
    return pods;
  }

  /** Returns whether a pod is ready and not being deleted. */
  static boolean isReady(JsonNode pod) {
    return !pod.at("/metadata").has("deletionTimestamp")
        && pod.at("/status/containerStatuses/0/ready").asBoolean();
  }

  /** Returns a pod's name. */
  static String name(JsonNode pod) {
    return pod.at("/metadata/name").asText();
  }

  /** Returns a pod's path at the API server. */
  static String podPath(String pod) {
    return "/api/v1/namespaces/%s/pods/%s".formatted(NAMESPACE, pod);
  }

  /** Waits for a condition, which is checked twice a second. */
  void await(String condition, Duration timeout, Callable<Boolean> check) {
    Eventually.await(condition, timeout).pollInterval(POLL).until(check);
  }

  @Override
  public void close() {
    kubelet.close();
    processes.close();
    network.close();
  }

  private int ready(String namespace, String deployment) {
    return deployment(namespace, deployment).at("/status/readyReplicas").asInt();
  }

  private JsonNode deployment(String namespace, String name) {
    return api.get("/apis/apps/v1/namespaces/%s/deployments/%s".formatted(namespace, name));
  }

  private String address(String application) {
    return pods(application).stream()
        .filter(SanaqCluster::isReady)
        .map(pod -> pod.at("/status/podIP").asText())
        .findFirst()
        .orElseThrow(() -> new AssertionError("no pod of %s is ready".formatted(application)));
  }

  /** The secrets of {@code k8s/README.md}. */
  private void createSecrets() {
    kubectl.run("create", "namespace", NAMESPACE);
    createSecret("sanaq-keda", "token=" + KEDA_KEY);
    createSecret(
        "sanaq-gateway-keys",
        "SANAQ_GATEWAY_KEYS_KEDA_SHA256=" + sha256(KEDA_KEY),
        "SANAQ_GATEWAY_KEYS_ME_SHA256=" + sha256(OWNER_KEY));
    createSecret(
        "sanaq-webhooks", "secrets=whsec_" + Base64.getEncoder().encodeToString(new byte[32]));
    createSecret("sanaq-storage", "access-key=sanaq", "secret-key=" + STORAGE_KEY);
    kafka.createSecrets(kubectl);
  }

  private void createSecret(String name, String... entries) {
    List<String> arguments =
        new ArrayList<>(List.of("-n", NAMESPACE, "create", "secret", "generic", name));
    List.of(entries).forEach(entry -> arguments.add("--from-literal=" + entry));
    kubectl.run(arguments.toArray(String[]::new));
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
