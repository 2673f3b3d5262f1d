package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.gateway.Api;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Gateways in processes of their own: alike, without an engine, and honest where parts are away.
 */
class GatewaysIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String ENGINE = "libtorch";
  private static final Map<String, String> SOON =
      Map.of("kafka.metadata.max.age.ms", "2000", "sanaq.storage.timeout", "PT2S");

  @Test
  void gatewaysAnswerAlikeAlsoOneThatStartsLater() {
    try (Processes processes = new Processes("gateways");
        Cluster cluster = new Cluster(processes, Scale.seed())) {
      int port = Processes.freePort();
      Managed worker =
          Workers.serve(
              processes,
              cluster.config(),
              TinyCheckpoint.write(processes.folder().resolve("model")),
              port);
      Gateway one = Gateway.start(processes, cluster.config());
      Gateway other = Gateway.start(processes, cluster.config());
      Workers.awaitReady(worker, port);
      for (int i = 0; i < 5; i++) {
        assertThat(one.api().post("/v1/jobs", job("job-" + i)).status()).isEqualTo(202);
      }
      other.api().awaitState("job-4", "completed");
      Gateway later = Gateway.start(processes, cluster.config());
      for (int i = 0; i < 5; i++) {
        String id = "job-" + i;
        JsonNode told = lasting(one.api().awaitState(id, "completed"));
        assertThat(lasting(other.api().awaitState(id, "completed"))).isEqualTo(told);
        assertThat(lasting(later.api().awaitState(id, "completed"))).isEqualTo(told);
      }
      assertThat(ids(other.api())).isEqualTo(ids(one.api())).hasSize(5);
      assertThat(ids(later.api())).isEqualTo(ids(one.api()));

      assertThat(Gateway.mapped(worker)).as("the worker").anyMatch(file -> file.contains(ENGINE));
      for (Gateway gateway : List.of(one, other, later)) {
        assertThat(Gateway.mapped(gateway.process()))
            .as("a gateway")
            .noneMatch(file -> file.contains(ENGINE));
      }
      worker.terminate();
      worker.exitCode(PATIENCE);
    }
  }

  @Test
  void whatIsAwayIsSaidAndComesBack() {
    try (Processes processes = new Processes("gateway-alone");
        Cluster cluster = new Cluster(processes, Scale.seed())) {
      Map<String, String> config = new TreeMap<>(cluster.config());
      config.putAll(SOON);
      Api gateway = Gateway.start(processes, config).api();
      assertThat(gateway.post("/v1/jobs", job("before")).status()).isEqualTo(202);
      gateway.awaitState("before", "queued");

      cluster.faulty().now(new S3Fault.Stopped());
      assertUnavailable(gateway.get("/v1/jobs/unheard-of"));
      assertUnavailable(gateway.get("/v1/jobs/unheard-of/images/0"));
      assertThat(gateway.get("/v1/jobs/before").status()).as("what it knows").isEqualTo(200);
      cluster.faulty().now(new S3Fault.Pass());
      assertThat(gateway.get("/v1/jobs/unheard-of").status()).isEqualTo(404);

      cluster.killBroker();
      assertUnavailable(gateway.post("/v1/jobs", job("meanwhile")));
      assertUnavailable(gateway.delete("/v1/jobs/before"));
      assertThat(gateway.get("/v1/jobs/before").status()).as("what it knows").isEqualTo(200);
      cluster.startBroker();
      cluster.awaitBroker();
      Await.until(
          PATIENCE,
          "jobs are taken again",
          () -> gateway.post("/v1/jobs", job("afterwards")).status() == 202);
      gateway.awaitState("afterwards", "queued");
    }
  }

  private static void assertUnavailable(Api.Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.header("Retry-After")).isNotEmpty();
    assertThat(answer.json().get("detail").asText()).contains("away");
  }

  private static String job(String id) {
    return "{\"id\":\"%s\",\"prompt\":\"a pear\",\"width\":32,\"height\":32,\"steps\":1,\"resolutionBinning\":false}"
        .formatted(id);
  }

  // Addresses are signed anew for everyone who asks.
  private static JsonNode lasting(JsonNode job) {
    job.get("images").forEach(image -> ((ObjectNode) image).remove("url"));
    return job;
  }

  private static List<String> ids(Api gateway) {
    List<String> ids = new ArrayList<>();
    gateway.get("/v1/jobs").json().get("jobs").forEach(job -> ids.add(job.get("id").asText()));
    return ids;
  }
}
