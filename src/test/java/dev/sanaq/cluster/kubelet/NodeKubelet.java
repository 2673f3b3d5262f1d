package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ApiClient;
import dev.sanaq.cluster.control.ClusterTools;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The kubelet of all nodes, in one thread: it registers the nodes and keeps their leases, and every
 * pod that the scheduler binds to one of them becomes a process. There is no DNS and no kube-proxy:
 * {@code /etc/hosts} of every pod has the services' names with the addresses of the pods that are
 * ready. Thread-safe.
 */
public final class NodeKubelet implements AutoCloseable {
  private static final Duration STEP = Duration.ofMillis(300);
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);

  private final ApiClient api;
  private final List<String> nodes;
  private final Map<String, String> fixedNames;
  private final PodRunner.NodeServices services;
  private final Path logFile;
  private final Map<String, PodRunner> pods = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::loop, "test-kubelet");
  private volatile boolean closed;
  private String hosts = "";

  /**
   * @param nodes the names of the nodes
   * @param fixedNames names in every pod's {@code /etc/hosts} that belong to no pod, by name
   */
  public NodeKubelet(
      ApiClient api,
      PodNetwork network,
      ClusterTools tools,
      TestProcesses processes,
      List<String> nodes,
      Map<String, String> fixedNames) {
    this.api = api;
    this.nodes = nodes;
    this.fixedNames = fixedNames;
    Path hostsFile = processes.folder().resolve("hosts");
    this.services = new PodRunner.NodeServices(api, network, tools, processes, hostsFile);
    this.logFile = processes.folder().resolve("kubelet.log");
    updateHosts();
    nodes.forEach(this::register);
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns the process of a running pod. */
  public ManagedProcess process(String pod) {
    return pods.values().stream()
        .filter(runner -> runner.name().equals(pod))
        .map(PodRunner::process)
        .filter(java.util.Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no process of pod " + pod));
  }

  /** Returns the lines of the kubelet's log. */
  public List<String> log() {
    try {
      return Files.readAllLines(logFile);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void loop() {
    long heartbeat = System.nanoTime();
    while (!closed) {
      try {
        if (System.nanoTime() - heartbeat >= 0) {
          nodes.forEach(this::renewLease);
          pods.values().forEach(PodRunner::refresh);
          heartbeat = System.nanoTime() + HEARTBEAT.toNanos();
        }
        synchronizePods();
        updateHosts();
      } catch (RuntimeException e) {
        log("kubelet: " + e);
      }
      Pause.of(STEP);
    }
  }

  private void synchronizePods() {
    Set<String> present = new HashSet<>();
    for (JsonNode pod : api.get("/api/v1/pods").path("items")) {
      if (!nodes.contains(pod.at("/spec/nodeName").asText())) {
        continue;
      }
      String uid = pod.at("/metadata/uid").asText();
      present.add(uid);
      if (!pods.containsKey(uid)) {
        PodRunner runner = new PodRunner(pod, services, this::log);
        pods.put(uid, runner);
        runner.start();
      }
      if (pod.at("/metadata").has("deletionTimestamp")) {
        runner(uid).delete(pod.at("/metadata/deletionGracePeriodSeconds").asLong());
      }
    }
    pods.forEach(
        (uid, runner) -> {
          if (!present.contains(uid)) {
            // Deleted without grace.
            runner.delete(0);
          }
        });
    pods.values().removeIf(PodRunner::isFinished);
  }

  private PodRunner runner(String uid) {
    PodRunner runner = pods.get(uid);
    if (runner == null) {
      throw new NoSuchElementException(uid);
    }
    return runner;
  }

  private void register(String node) {
    if (api.find("/api/v1/nodes/" + node).isEmpty()) {
      api.create(
          "/api/v1/nodes",
          """
          {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "%s", "labels": {
            "kubernetes.io/hostname": "%s", "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
            "topology.kubernetes.io/zone": "zone-%s", "nvidia.com/gpu.memory": "81559"}}}
          """
              .formatted(node, node, node));
    }
    String resources =
        """
        {"cpu": "64", "memory": "256Gi", "pods": "110", "ephemeral-storage": "1Ti",
         "nvidia.com/gpu": "8"}
        """;
    api.patch(
        "/api/v1/nodes/%s/status".formatted(node),
        """
        {"status": {"capacity": %s, "allocatable": %s, "conditions": [
          {"type": "Ready", "status": "True", "reason": "KubeletReady",
           "lastHeartbeatTime": "%s", "lastTransitionTime": "%s"}]}}
        """
            .formatted(resources, resources, now(), now()));
    renewLease(node);
  }

  private void renewLease(String node) {
    String leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
    String spec =
        "{\"holderIdentity\": \"%s\", \"leaseDurationSeconds\": 40, \"renewTime\": \"%s\"}"
            .formatted(node, Instant.now().truncatedTo(ChronoUnit.MICROS));
    if (!api.patch(leases + "/" + node, "{\"spec\": %s}".formatted(spec))) {
      api.create(
          leases,
          """
          {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
           "metadata": {"name": "%s", "namespace": "kube-node-lease"}, "spec": %s}
          """
              .formatted(node, spec));
    }
  }

  /** Writes the names of the services, in place: the pods have the file mounted. */
  private void updateHosts() {
    StringBuilder text = new StringBuilder("127.0.0.1 localhost\n");
    new TreeMap<>(fixedNames)
        .forEach((name, address) -> text.append("%s %s\n".formatted(address, name)));
    for (JsonNode slice : api.get("/apis/discovery.k8s.io/v1/endpointslices").path("items")) {
      String service = slice.at("/metadata/labels/kubernetes.io~1service-name").asText();
      String full = service + "." + slice.at("/metadata/namespace").asText();
      for (JsonNode endpoint : slice.path("endpoints")) {
        if (endpoint.at("/conditions/ready").asBoolean()) {
          text.append(
              String.format(
                  Locale.ROOT,
                  "%s %s %s %s.svc %s.svc.cluster.local%n",
                  endpoint.at("/addresses/0").asText(),
                  service,
                  full,
                  full,
                  full));
        }
      }
    }
    if (!text.toString().equals(hosts)) {
      hosts = text.toString();
      try {
        Files.writeString(services.hosts(), hosts);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private synchronized void log(String line) {
    try {
      Files.writeString(
          logFile,
          "%s %s%n".formatted(now(), line),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
