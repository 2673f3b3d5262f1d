package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.storage.S3Fault;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.process.GatewayProcess;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Gateways as processes of their own: all return the same answers, none loads libtorch, and all
 * answer 503 while Kafka or S3 is down.
 */
@Tag("slow") // starts a broker, S3, a worker and three gateways as processes
class GatewaysIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(90);
  private static final String NATIVE_LIBRARY = "libtorch";
  private static final Map<String, String> SHORT_TIMEOUTS =
      Map.of("kafka.metadata.max.age.ms", "2000", "sanaq.storage.attempt-timeout", "PT2S");

  @Test
  void gateways_includingLateStarter_answerAlike() {
    try (TestProcesses processes = new TestProcesses("gateways");
        Cluster cluster = new Cluster(processes, FaultScale.seed())) {
      int port = TestProcesses.freePort();
      ManagedProcess worker =
          WorkerPool.startWorker(
              processes,
              cluster.config(),
              TinyCheckpoint.write(processes.folder().resolve("model")),
              port);
      GatewayProcess first = GatewayProcess.start(processes, cluster.config());
      GatewayProcess second = GatewayProcess.start(processes, cluster.config());
      WorkerPool.awaitReady(worker, port);
      for (int i = 0; i < 5; i++) {
        assertThat(first.api().post("/v1/jobs", job("job-" + i)).status()).isEqualTo(202);
      }
      second.api().awaitState("job-4", "completed");
      GatewayProcess late = GatewayProcess.start(processes, cluster.config());
      for (int i = 0; i < 5; i++) {
        String id = "job-" + i;
        JsonNode expected = withoutUrls(first.api().awaitState(id, "completed"));
        assertThat(withoutUrls(second.api().awaitState(id, "completed"))).isEqualTo(expected);
        assertThat(withoutUrls(late.api().awaitState(id, "completed"))).isEqualTo(expected);
      }
      assertThat(ids(second.api())).isEqualTo(ids(first.api())).hasSize(5);
      assertThat(ids(late.api())).isEqualTo(ids(first.api()));

      assertThat(GatewayProcess.mappedFiles(worker))
          .as("the worker")
          .anyMatch(file -> file.contains(NATIVE_LIBRARY));
      for (GatewayProcess gateway : List.of(first, second, late)) {
        assertThat(GatewayProcess.mappedFiles(gateway.process()))
            .as("a gateway")
            .noneMatch(file -> file.contains(NATIVE_LIBRARY));
      }
      worker.terminate();
      worker.exitCode(TIMEOUT);
    }
  }

  @Test
  void unavailableServices_give503_thenRecover() {
    try (TestProcesses processes = new TestProcesses("gateway-alone");
        Cluster cluster = new Cluster(processes, FaultScale.seed())) {
      Map<String, String> config = new TreeMap<>(cluster.config());
      config.putAll(SHORT_TIMEOUTS);
      GatewayTestClient gateway = GatewayProcess.start(processes, config).api();
      assertThat(gateway.post("/v1/jobs", job("before")).status()).isEqualTo(202);
      gateway.awaitState("before", "queued");

      cluster.faultyS3().setFault(new S3Fault.Stopped());
      assertUnavailable(gateway.get("/v1/jobs/unknown"));
      assertUnavailable(gateway.get("/v1/jobs/unknown/images/0"));
      assertThat(gateway.get("/v1/jobs/before").status()).as("a job in memory").isEqualTo(200);
      cluster.faultyS3().setFault(new S3Fault.Pass());
      assertThat(gateway.get("/v1/jobs/unknown").status()).isEqualTo(404);

      cluster.killBroker();
      assertUnavailable(gateway.post("/v1/jobs", job("meanwhile")));
      assertUnavailable(gateway.delete("/v1/jobs/before"));
      assertThat(gateway.get("/v1/jobs/before").status()).as("a job in memory").isEqualTo(200);
      cluster.startBroker();
      cluster.awaitBroker();
      Eventually.await("jobs accepted again", TIMEOUT)
          .until(() -> gateway.post("/v1/jobs", job("afterwards")).status() == 202);
      gateway.awaitState("afterwards", "queued");
    }
  }

  private static void assertUnavailable(GatewayTestClient.ApiResponse response) {
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.header("Content-Type")).startsWith("application/problem+json");
    assertThat(response.header("Retry-After")).isNotEmpty();
    assertThat(response.json().get("detail").asText()).containsPattern("Kafka|[Ss]torage|S3");
  }

  private static String job(String id) {
    return "{\"id\":\"%s\",\"prompt\":\"a pear\",\"width\":32,\"height\":32,\"steps\":1,\"resolutionBinning\":false}"
        .formatted(id);
  }

  // Each response has newly presigned URLs.
  private static JsonNode withoutUrls(JsonNode job) {
    job.get("images").forEach(image -> ((ObjectNode) image).remove(List.of("url", "urlExpires")));
    return job;
  }

  private static List<String> ids(GatewayTestClient gateway) {
    List<String> ids = new ArrayList<>();
    gateway.get("/v1/jobs").json().get("jobs").forEach(job -> ids.add(job.get("id").asText()));
    return ids;
  }
}
