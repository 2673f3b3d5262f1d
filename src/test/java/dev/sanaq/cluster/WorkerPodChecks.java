package dev.sanaq.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.cluster.control.ApiClient;
import dev.sanaq.testing.process.ManagedProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What a worker's pod may do: its process, and its token with the policy of k8s/cluster. */
final class WorkerPodChecks {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final SanaqCluster cluster;
  private final ClusterReport report;

  WorkerPodChecks(SanaqCluster cluster, ClusterReport report) {
    this.cluster = cluster;
    this.report = report;
  }

  /** Runs the checks on a worker that is ready and has jobs. */
  void run(JsonNode worker) throws Exception {
    report.check("a worker's process", () -> process(worker));
    report.check("a worker's token, with the policy of `k8s/cluster`", () -> token(worker));
    report.check("a worker's deletion cost", () -> deletionCost(worker));
  }

  private String process(JsonNode worker) throws Exception {
    ManagedProcess process = cluster.kubelet().process(SanaqCluster.name(worker));
    String status = Files.readString(Path.of("/proc/%s/status".formatted(process.pid())));
    assertThat(status)
        .containsPattern("Uid:\\t10001\\t10001\\t10001\\t10001")
        .containsPattern("CapBnd:\\t0+\\n")
        .containsPattern("NoNewPrivs:\\t1");
    return "user 10001, no capabilities, no new privileges";
  }

  private String token(JsonNode worker) {
    ApiClient own = cluster.api().withToken(tokenOf(worker));
    String pod = path(worker);
    String cost = "{\"metadata\":{\"annotations\":{\"test\":\"1\"}}}";
    assertThat(own.send("PATCH", pod, ApiClient.MERGE_PATCH, cost).status()).isEqualTo(200);
    String gateway = path(cluster.pods(SanaqCluster.GATEWAY).get(0));
    ApiClient.Answer other = own.send("PATCH", gateway, ApiClient.MERGE_PATCH, cost);
    assertThat(other.status()).isEqualTo(422);
    assertThat(other.message()).contains("its own pod only");
    String image = "{\"spec\":{\"containers\":[{\"name\":\"sanaq\",\"image\":\"other\"}]}}";
    ApiClient.Answer changed =
        own.send("PATCH", pod, "application/strategic-merge-patch+json", image);
    assertThat(changed.status()).isEqualTo(422);
    assertThat(changed.message()).contains("annotations only");
    return "own annotation accepted; own image and the gateway's pod refused";
  }

  private String deletionCost(JsonNode worker) {
    cluster.await(
        "the annotation",
        TIMEOUT,
        () ->
            cluster
                .api()
                .get(path(worker))
                .at("/metadata/annotations/controller.kubernetes.io~1pod-deletion-cost")
                .asText()
                .equals("100"));
    return "100 while it has jobs";
  }

  private String tokenOf(JsonNode pod) {
    return cluster
        .api()
        .create(
            "/api/v1/namespaces/%s/serviceaccounts/%s/token"
                .formatted(SanaqCluster.NAMESPACE, SanaqCluster.WORKER),
            """
            {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {
              "boundObjectRef": {"apiVersion": "v1", "kind": "Pod", "name": "%s", "uid": "%s"}}}
            """
                .formatted(SanaqCluster.name(pod), pod.at("/metadata/uid").asText()))
        .at("/status/token")
        .asText();
  }

  private static String path(JsonNode pod) {
    return SanaqCluster.podPath(SanaqCluster.name(pod));
  }
}
