package dev.sanaq.cluster.kubelet;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ApiClient;
import dev.sanaq.cluster.control.ClusterTools;
import dev.sanaq.cluster.control.Shell;
import dev.sanaq.faults.process.Kubelet;
import dev.sanaq.manifests.PodTermination;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One pod from its binding to its end: volumes, init containers, the container with its probes and
 * restarts, termination. It runs in a thread of its own; its other methods are thread-safe.
 */
final class PodRunner {
  private static final Duration STEP = Duration.ofMillis(200);
  private static final Duration REFERENCE_RETRY = Duration.ofSeconds(2);
  private static final Duration MAX_BACKOFF = Duration.ofSeconds(40);

  private final JsonNode pod;
  private final NodeServices services;
  private final Consumer<String> log;
  private final NamespaceData data;
  private final PodStatus status;
  private final PodVolumes volumes;
  private final Path folder;
  private volatile long graceSeconds = -1;
  private volatile boolean finished;
  private volatile @Nullable ManagedProcess process;
  private String address = "";

  /** What all pods of the nodes share. */
  record NodeServices(
      ApiClient api, PodNetwork network, ClusterTools tools, TestProcesses processes, Path hosts) {}

  PodRunner(JsonNode pod, NodeServices services, Consumer<String> log) {
    this.pod = pod;
    this.services = services;
    this.log = log;
    this.data = new NamespaceData(services.api(), pod.at("/metadata/namespace").asText());
    this.status = new PodStatus(services.api(), pod);
    this.folder =
        services.processes().folder().resolve("pods").resolve(pod.at("/metadata/uid").asText());
    this.volumes = new PodVolumes(pod, data, folder.resolve("volumes"));
  }

  void start() {
    Thread thread = new Thread(this::run, "test-pod-" + name());
    thread.setDaemon(true);
    thread.start();
  }

  String name() {
    return pod.at("/metadata/name").asText();
  }

  /** Returns whether the pod has ended and its object is deleted. */
  boolean isFinished() {
    return finished;
  }

  /** Returns the container's process; null before the first and between two. */
  @Nullable ManagedProcess process() {
    return process;
  }

  /** Asks for the termination of the pod; only the first call counts. */
  void delete(long seconds) {
    if (graceSeconds < 0) {
      log.accept("%s: deletion with %s s of grace".formatted(name(), seconds));
      graceSeconds = seconds;
    }
  }

  /** Returns whether the pod is being deleted. */
  boolean isDeleted() {
    return graceSeconds >= 0;
  }

  private void run() {
    try {
      address = services.network().attach(name());
      status.address(address);
      if (awaitReferences() && runInitContainers()) {
        runContainer();
      }
      finish();
    } catch (RuntimeException | AssertionError e) {
      log.accept("%s: %s".formatted(name(), e));
      throw e;
    }
  }

  /** Creates the volumes once all they refer to exists; returns false if the pod is deleted. */
  private boolean awaitReferences() {
    while (!isDeleted()) {
      try {
        volumes.create();
        environment(container());
        return true;
      } catch (MissingReferenceException e) {
        status.waiting("CreateContainerConfigError", String.valueOf(e.getMessage()));
        sleepUnlessDeleted(REFERENCE_RETRY);
      }
    }
    return false;
  }

  private boolean runInitContainers() {
    for (JsonNode init : pod.at("/spec/initContainers")) {
      while (!isDeleted()) {
        ManagedProcess running = launch(init);
        int code = running.exitCode(Duration.ofMinutes(2));
        if (code == 0) {
          break;
        }
        log.accept("%s: init container exited with %s".formatted(name(), code));
        sleepUnlessDeleted(REFERENCE_RETRY);
      }
    }
    return !isDeleted();
  }

  private void runContainer() {
    Duration backoff = Duration.ofSeconds(10);
    boolean restarts = pod.at("/spec/restartPolicy").asText().equals("Always");
    while (!isDeleted()) {
      ManagedProcess running = launch(container());
      process = running;
      status.running();
      watch(running);
      if (running.isAlive()) {
        terminate(running);
        return;
      }
      int code = running.exitCode(Duration.ofSeconds(1));
      log.accept("%s: exited with %s".formatted(name(), code));
      process = null;
      if (!restarts) {
        status.ended(code);
        while (!isDeleted()) {
          Pause.of(STEP);
        }
        return;
      }
      status.restarting(code);
      sleepUnlessDeleted(backoff);
      backoff =
          backoff.multipliedBy(2).compareTo(MAX_BACKOFF) < 0
              ? backoff.multipliedBy(2)
              : MAX_BACKOFF;
    }
  }

  /** Probes until the process exits or the pod is deleted. */
  private void watch(ManagedProcess running) {
    long startNanos = System.nanoTime();
    boolean started = false;
    @Nullable ContainerProbe startup = probe("startupProbe");
    @Nullable ContainerProbe readiness = null;
    @Nullable ContainerProbe liveness = null;
    while (running.isAlive() && !isDeleted()) {
      if (!started) {
        ContainerProbe.State state = startup == null ? ContainerProbe.State.PASSED : startup.step();
        if (state == ContainerProbe.State.FAILED) {
          log.accept("%s: startup probe failed".formatted(name()));
          terminate(running);
          return;
        }
        started = state == ContainerProbe.State.PASSED;
        if (started) {
          readiness = probe("readinessProbe");
          liveness = probe("livenessProbe");
          status.ready(readiness == null);
        }
      } else {
        boolean ready = readiness == null || readiness.step() == ContainerProbe.State.PASSED;
        if (ready != status.isReady()) {
          log.accept(
              String.format(
                  Locale.ROOT,
                  "%s: %s after %.1f s",
                  name(),
                  ready ? "ready" : "not ready",
                  (System.nanoTime() - startNanos) / 1e9));
          status.ready(ready);
        }
        if (liveness != null && liveness.step() == ContainerProbe.State.FAILED) {
          log.accept("%s: liveness probe failed".formatted(name()));
          terminate(running);
          return;
        }
      }
      Pause.of(STEP);
    }
  }

  private void terminate(ManagedProcess running) {
    long grace =
        isDeleted() ? graceSeconds : pod.at("/spec/terminationGracePeriodSeconds").asLong(30);
    long preStop = container().at("/lifecycle/preStop/sleep/seconds").asLong(0);
    Kubelet.Termination end =
        Kubelet.terminate(
            running,
            new PodTermination(
                Duration.ofSeconds(Math.min(preStop, grace)), Duration.ofSeconds(grace)));
    log.accept(
        String.format(
            Locale.ROOT,
            "%s: %s with %s after %.1f s",
            name(),
            end.killed() ? "killed" : "ended",
            end.exitCode(),
            end.duration().toMillis() / 1e3));
  }

  private ManagedProcess launch(JsonNode container) {
    try {
      ContainerImage image = ContainerImage.of(container.path("image").asText(), services.tools());
      Map<String, String> environment = environment(container);
      List<String> command = new ArrayList<>();
      if (container.has("command")) {
        container.get("command").forEach(part -> command.add(part.asText()));
      } else {
        command.addAll(image.entrypoint());
      }
      container.path("args").forEach(part -> command.add(part.asText()));
      command.replaceAll(part -> PodEnvironment.expand(part, environment));
      Path script = ContainerScript.write(folder, services.hosts(), pod, container, image, volumes);
      log.accept("%s: starts at %s".formatted(name(), address));
      return services
          .processes()
          .startCommand(
              name(),
              ContainerScript.line(script, PodNetwork.namespace(address), environment, command),
              Map.of());
    } catch (MissingReferenceException e) {
      throw new IllegalStateException(e);
    }
  }

  private Map<String, String> environment(JsonNode container) throws MissingReferenceException {
    ContainerImage image = ContainerImage.of(container.path("image").asText(), services.tools());
    Map<String, String> environment = new TreeMap<>();
    environment.put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("HOME", "/");
    environment.put("HOSTNAME", name());
    environment.putAll(image.environment());
    // A JVM reads the limit from its cgroup; here it has none.
    String limit = container.at("/resources/limits/memory").asText();
    environment.computeIfPresent(
        "JAVA_TOOL_OPTIONS", (key, options) -> options + " -XX:MaxRAM=" + bytes(limit));
    environment.put("KUBERNETES_SERVICE_HOST", PodNetwork.HOST);
    environment.put("KUBERNETES_SERVICE_PORT", services.api().port());
    environment.putAll(PodEnvironment.of(pod, container, data, address));
    return environment;
  }

  /** Writes Secrets that changed into the volumes. */
  void refresh() {
    if (process != null && !isDeleted()) {
      try {
        volumes.update();
      } catch (MissingReferenceException e) {
        // As a kubelet does: the files stay as they are.
        log.accept("%s: %s".formatted(name(), e.getMessage()));
      }
    }
  }

  private void finish() {
    services.network().detach(address);
    services
        .api()
        .send(
            "DELETE",
            "/api/v1/namespaces/%s/pods/%s"
                .formatted(pod.at("/metadata/namespace").asText(), name()),
            "application/json",
            """
            {"apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0,
             "preconditions": {"uid": "%s"}}
            """
                .formatted(pod.at("/metadata/uid").asText()));
    Shell.run("", List.of("rm", "-rf", folder.toString()));
    finished = true;
  }

  private JsonNode container() {
    return pod.at("/spec/containers/0");
  }

  private @Nullable ContainerProbe probe(String name) {
    JsonNode probe = container().path(name);
    return probe.isMissingNode() ? null : new ContainerProbe(probe, container(), address);
  }

  private void sleepUnlessDeleted(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (!isDeleted() && System.nanoTime() - end < 0) {
      Pause.of(STEP);
    }
  }

  private static String bytes(String quantity) {
    return quantity.replace("Mi", "m").replace("Gi", "g");
  }
}
