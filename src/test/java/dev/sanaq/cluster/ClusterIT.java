package dev.sanaq.cluster;

import static dev.sanaq.cluster.SanaqCluster.GATEWAY;
import static dev.sanaq.cluster.SanaqCluster.NAMESPACE;
import static dev.sanaq.cluster.SanaqCluster.WEBHOOKS;
import static dev.sanaq.cluster.SanaqCluster.WORKER;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ClusterTools;
import dev.sanaq.cluster.control.Shell;
import dev.sanaq.testing.Pause;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The project's manifests on a real control plane with KEDA, with a kubelet that starts every pod
 * as a process: {@code -Pcluster}. Its scenarios build on each other; see load-tests/cluster.
 */
@Tag("slow") // starts a control plane, KEDA, a broker and pods
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // the first scenario creates the load and its recorder
class ClusterIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(Long.getLong("cluster.timeout", 10));
  private static final int JOBS = Integer.getInteger("cluster.jobs", 100);
  private static final String SCALED_OBJECTS =
      "/apis/keda.sh/v1alpha1/namespaces/%s/scaledobjects/%s".formatted(NAMESPACE, WORKER);

  private final ClusterReport report = new ClusterReport();
  private String programs = "";
  private SanaqCluster cluster;
  private JobLoad load;
  private PoolRecorder recorder;

  @BeforeAll
  void start() {
    ClusterTools tools =
        ClusterTools.prepare(Path.of(System.getProperty("cluster.tools", "target/cluster-tools")));
    programs =
        "etcd %s, Kubernetes %s, KEDA %s; %s jobs."
            .formatted(
                tools.version("etcd"),
                tools.version("kube-apiserver"),
                tools.version("keda"),
                JOBS);
    cluster = new SanaqCluster(tools);
  }

  @AfterAll
  void stop() {
    if (cluster != null) {
      String svg = recorder == null ? "" : recorder.svg();
      report.write(System.getProperty("cluster.report", ""), programs, svg);
      if (recorder != null) {
        recorder.close();
      }
      if (load != null) {
        load.close();
      }
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void overlays_areAccepted() throws Exception {
    report.check(
        "`k8s/cluster` and the overlay `kind` are applied server-side, strictly",
        () -> {
          cluster.kubectl().run(Overlays.strict("k8s/cluster"));
          // As k8s/README.md says, so that no worker starts before KEDA knows the pool.
          Overlays.createWorkerWithoutReplicas(cluster.kubectl());
          String applied = cluster.kubectl().run(Overlays.strict("load-tests/cluster/pool"));
          cluster.kafka().reconcile(cluster.kubectl());
          load = new JobLoad(cluster.kafka().bootstrapServers());
          recorder = new PoolRecorder(cluster, load);
          return applied.lines().count() + " objects";
        });
    report.check(
        "the overlay `cloud` with component `monitoring`: dry run of the server, strictly",
        () -> {
          List<String> line =
              new ArrayList<>(List.of(Overlays.strict(Overlays.cloudWithMonitoring())));
          line.add("--dry-run=server");
          line.add("--force-conflicts");
          return cluster.kubectl().run(line.toArray(String[]::new)).lines().count() + " objects";
        });
    report.check(
        "KEDA's admission webhooks look at every object",
        () -> {
          String other =
              cluster
                  .kubectl()
                  .run("get", "scaledobject", WORKER, "-n", NAMESPACE, "-o", "yaml")
                  .replaceAll("(?m)^  (uid|resourceVersion): .*\\n", "")
                  .replaceFirst("(?m)^  name: " + WORKER, "  name: second");
          return "a second ScaledObject of one Deployment is refused: "
              + refused(cluster.kubectl().tryRun(other, "create", "-f", "-"), "already managed");
        });
    report.check(
        "pod security `restricted`",
        () ->
            "a pod that may run as root is refused: "
                + refused(
                    cluster
                        .kubectl()
                        .tryRun(SecretReaderPod.manifest("root", "", ""), "create", "-f", "-"),
                    "violates PodSecurity"));
  }

  @Test
  @Order(2)
  void pods_becomeReady() throws Exception {
    report.check(
        "gateway, webhooks and storage become ready; the model is published",
        () -> {
          double start = recorder.now();
          cluster.await(
              "storage is ready",
              TIMEOUT,
              () -> cluster.pods("storage").stream().anyMatch(SanaqCluster::isReady));
          cluster.pushModel();
          cluster.await("gateway is ready", TIMEOUT, () -> cluster.ready(GATEWAY) == 1);
          cluster.await("webhooks are ready", TIMEOUT, () -> cluster.ready(WEBHOOKS) == 1);
          return seconds(start);
        });
    report.check(
        "nothing to do: no worker",
        () -> {
          Pause.of(Duration.ofSeconds(30));
          assertThat(recorder.maxWorkers(0)).isZero();
          return String.format(Locale.ROOT, "0 workers in %.0f s", recorder.now());
        });
    report.check(
        "files of a mounted secret",
        () -> {
          String own = "    runAsUser: 10001\n    runAsGroup: 10001\n    fsGroup: 10001\n";
          assertThat(SecretReaderPod.phaseAtEnd(cluster, "own", own)).isEqualTo("Succeeded");
          String other = "    runAsUser: 10002\n    runAsGroup: 10002\n";
          assertThat(SecretReaderPod.phaseAtEnd(cluster, "other", other)).isEqualTo("Failed");
          return "readable for user 10001 with the group, not for user 10002";
        });
  }

  @Test
  @Order(3)
  void jobs_scaleThePoolFromZeroAndBack() throws Exception {
    report.check(
        JOBS + " jobs over HTTP",
        () -> {
          double start = recorder.now();
          Set<String> jobs = load.post(cluster.gateway(), JOBS);
          cluster.await(
              "a worker is ready",
              TIMEOUT,
              () -> cluster.pods(WORKER).stream().anyMatch(SanaqCluster::isReady));
          double ready = recorder.now();
          new WorkerPodChecks(cluster, report).run(readyWorker());
          awaitOneEndEach(jobs);
          double ended = recorder.now();
          awaitNoWorkers();
          assertThat(recorder.maxWorkers(start)).isEqualTo(3);
          return String.format(
              Locale.ROOT,
              "first worker ready after %.0f s, at most %d workers, all completed once after %.0f s,"
                  + " 0 workers after %.0f s; backlog at most %.0f s",
              ready - start,
              recorder.maxWorkers(start),
              ended - start,
              recorder.now() - start,
              recorder.maxBacklog(start));
        });
  }

  @Test
  @Order(4)
  void gatewayAway_lagDecides() throws Exception {
    report.check(
        "no gateway, nothing to do",
        () -> {
          cluster.kubectl().run("scale", "deployment", GATEWAY, "--replicas=0", "-n", NAMESPACE);
          cluster.await("no gateway", TIMEOUT, () -> cluster.pods(GATEWAY).isEmpty());
          double start = recorder.now();
          // Three polls that fail are the fallback's threshold: 15 s.
          Pause.of(Duration.ofSeconds(60));
          assertThat(recorder.maxWorkers(start)).isZero();
          return "0 workers for 60 s";
        });
    report.check(
        "no gateway, 40 jobs over Kafka",
        () -> {
          double start = recorder.now();
          Set<String> jobs = load.sendToKafka("away", 40);
          awaitOneEndEach(jobs);
          awaitNoWorkers();
          int workers = recorder.maxWorkers(start);
          cluster.kubectl().run("scale", "deployment", GATEWAY, "--replicas=1", "-n", NAMESPACE);
          cluster.await("gateway is ready", TIMEOUT, () -> cluster.ready(GATEWAY) == 1);
          return "at most %s workers, all completed once, 0 workers after %s"
              .formatted(workers, seconds(start));
        });
  }

  @Test
  @Order(5)
  void requestsDeletedByRetention_leaveNoWorkers() throws Exception {
    report.check(
        "60 requests that retention deletes before a worker reads them",
        () -> {
          annotateScaledObject("\"0\"");
          cluster.await("the pool is paused", TIMEOUT, () -> conditionIsTrue("Paused"));
          load.sendToKafka("deleted", 60);
          load.deleteRequests();
          assertThat(load.lag()).isGreaterThan(0);
          double start = recorder.now();
          annotateScaledObject("null");
          cluster.await("a worker", TIMEOUT, () -> !cluster.pods(WORKER).isEmpty());
          cluster.await("no lag", TIMEOUT, () -> load.lag() == 0);
          awaitNoWorkers();
          return "at most %s workers, 0 after %s"
              .formatted(recorder.maxWorkers(start), seconds(start));
        });
  }

  @Test
  @Order(6)
  void disruptionsUnderLoad_loseNothing() throws Exception {
    Set<String> jobs = new HashSet<>();
    double[] start = new double[1];
    report.check(
        "kill -9 of a worker under load",
        () -> {
          start[0] = recorder.now();
          jobs.addAll(load.sendToKafka("killed", JOBS));
          cluster.await("two workers are ready", TIMEOUT, () -> cluster.ready(WORKER) >= 2);
          String pod = SanaqCluster.name(readyWorker());
          cluster.kubelet().process(pod).kill();
          return "the kubelet started it again";
        });
    report.check(
        "rollout restart under load",
        () -> {
          double begin = recorder.now();
          jobs.addAll(load.sendToKafka("rolled", JOBS / 2));
          cluster.kubectl().run("rollout", "restart", "deployment", WORKER, "-n", NAMESPACE);
          String status =
              cluster
                  .kubectl()
                  .run(
                      "rollout",
                      "status",
                      "deployment",
                      WORKER,
                      "-n",
                      NAMESPACE,
                      "--timeout=%ss".formatted(TIMEOUT.toSeconds()));
          return "%s after %s"
              .formatted(
                  status.contains("successfully") ? "all pods replaced" : status, seconds(begin));
        });
    report.check(
        "`kubectl drain` of a node under load",
        () -> {
          double begin = recorder.now();
          jobs.addAll(load.sendToKafka("drained", JOBS / 2));
          cluster.await("a worker is ready", TIMEOUT, () -> cluster.ready(WORKER) >= 1);
          String node = readyWorker().at("/spec/nodeName").asText();
          cluster
              .kubectl()
              .run(
                  "drain",
                  node,
                  "--pod-selector=app.kubernetes.io/name=" + WORKER,
                  "--delete-emptydir-data",
                  "--timeout=%ss".formatted(TIMEOUT.toSeconds()));
          String seen = "drained after " + seconds(begin);
          cluster.kubectl().run("uncordon", node);
          return seen;
        });
    report.check(
        "the %s jobs of these three".formatted(2 * JOBS),
        () -> {
          awaitOneEndEach(jobs);
          awaitNoWorkers();
          assertThat(cluster.kubelet().log())
              .as("workers that did not end within their grace period")
              .noneMatch(line -> line.contains(WORKER) && line.contains(": killed with"));
          return "all completed once, 0 workers after %s, none killed at the end of its grace period"
              .formatted(seconds(start[0]));
        });
  }

  @Test
  @Order(7)
  void scaledJob_endsItsJobs() throws Exception {
    report.check(
        "component `keda-jobs`: 40 jobs by Kubernetes Jobs",
        () -> {
          double start = recorder.now();
          cluster
              .kubectl()
              .run("delete", "scaledobject,deployment,pdb", WORKER, "-n", NAMESPACE, "--wait=true");
          List<String> line = new ArrayList<>(List.of(Overlays.strict("load-tests/cluster/jobs")));
          line.add("--force-conflicts");
          cluster.kubectl().run(line.toArray(String[]::new));
          Set<String> jobs = load.sendToKafka("job", 40);
          Set<String> seen = new HashSet<>();
          cluster.await(
              "all jobs end",
              TIMEOUT,
              () -> {
                kubernetesJobs().forEach(job -> seen.add(SanaqCluster.name(job)));
                return load.open(jobs) == 0;
              });
          Set<String> completed = new HashSet<>();
          cluster.await(
              "no Kubernetes Job is left",
              TIMEOUT,
              () -> {
                for (JsonNode job : kubernetesJobs()) {
                  seen.add(SanaqCluster.name(job));
                  assertThat(job.at("/status/failed").asInt()).as("failed pods").isZero();
                  if (job.at("/status/succeeded").asInt() == 1) {
                    completed.add(SanaqCluster.name(job));
                  }
                }
                return kubernetesJobs().isEmpty();
              });
          assertThat(load.wrong(jobs)).isEmpty();
          assertThat(seen).isNotEmpty();
          assertThat(completed).containsExactlyInAnyOrderElementsOf(seen);
          return "all completed once by %s Kubernetes Jobs, all Complete, none left after %s"
              .formatted(seen.size(), seconds(start));
        });
  }

  private void awaitOneEndEach(Set<String> jobs) {
    cluster.await("all jobs end", TIMEOUT.multipliedBy(2), () -> load.open(jobs) == 0);
    // A second event of a job would follow within a worker's transaction.
    Pause.of(Duration.ofSeconds(5));
    assertThat(load.wrong(jobs)).isEmpty();
  }

  private void awaitNoWorkers() {
    cluster.await(
        "no workers",
        TIMEOUT,
        () -> cluster.replicas(WORKER) == 0 && cluster.pods(WORKER).isEmpty());
  }

  private JsonNode readyWorker() {
    return cluster.pods(WORKER).stream()
        .filter(SanaqCluster::isReady)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no worker is ready"));
  }

  private boolean conditionIsTrue(String type) {
    for (JsonNode condition : cluster.api().get(SCALED_OBJECTS).at("/status/conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText().equals("True");
      }
    }
    return false;
  }

  private void annotateScaledObject(String replicas) {
    assertThat(
            cluster
                .api()
                .patch(
                    SCALED_OBJECTS,
                    "{\"metadata\":{\"annotations\":{\"autoscaling.keda.sh/paused-replicas\":%s}}}"
                        .formatted(replicas)))
        .isTrue();
  }

  private List<JsonNode> kubernetesJobs() {
    List<JsonNode> jobs = new ArrayList<>();
    cluster
        .api()
        .get("/apis/batch/v1/namespaces/%s/jobs".formatted(NAMESPACE))
        .path("items")
        .forEach(jobs::add);
    return jobs;
  }

  /** Returns the text that says why, if the server refused. */
  private static String refused(Shell.Result result, String reason) {
    assertThat(result.succeeded()).as(result.output()).isFalse();
    assertThat(result.output()).contains(reason);
    return "\"%s\"".formatted(reason);
  }

  private String seconds(double since) {
    return String.format(Locale.ROOT, "%.0f s", recorder.now() - since);
  }
}
