package dev.sanaq.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayRestart;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What callers learn of the workers: a real one starts, serves, stops or dies. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(LiveWorkersApiTest.LongWaitProfile.class)
class LiveWorkersApiTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String IMAGE = "{\"prompt\":\"p\",\"model\":\"gradient\"}";

  /** A wait that is much longer than that for a first worker. */
  public static final class LongWaitProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.max-wait", "PT25S");
    }
  }

  @Test
  void workerThatStarts_isListedBeforeItsFirstJob_andAfterARestartOfTheGateway() {
    startWorker();
    awaitWorkers(1);
    assertListed("gradient", 1);

    GatewayRestart.restart(gateway);
    client.awaitReady();
    assertListed("gradient", 1);
  }

  @Test
  void workerThatStops_isListedWithoutWorkers() {
    startWorker();
    awaitWorkers(1);
    stopWorker();
    awaitWorkers(0);
    assertListed("gradient", 0);
  }

  @Test
  void openAiApi_withoutWorker_saysSoSoon_andCancelsTheJob() {
    awaitWorkers(0);
    long start = System.nanoTime();
    GatewayTestClient.ApiResponse refused = client.post("/v1/images/generations", IMAGE);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.header("Retry-After")).isEqualTo("30");
    JsonNode error = refused.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo("no_worker");
    assertThat(error.get("type").asText()).isEqualTo("server_error");
    assertThat(error.get("message").asText())
        .startsWith("No worker is running")
        .endsWith("the job was cancelled");
    assertThat(client.post("/v1/images/generations", "{\"prompt\":\"\"}").status())
        .as("an invalid request")
        .isEqualTo(400);

    startWorker();
    Eventually.await("the job is cancelled", TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("queued").asInt() == 0);
    assertThat(client.get("/v1/jobs?state=cancelled").json().get("jobs")).isNotEmpty();
  }

  @Test
  void jobWithoutWorker_isQueuedSoon_andSaysThatNoWorkerRuns_thenRuns() throws Exception {
    awaitWorkers(0);
    long start = System.nanoTime();
    GatewayTestClient.ApiResponse queued =
        client.post(
            "/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(id), "Prefer", "wait=25");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
    assertThat(queued.status()).isEqualTo(202);
    assertThat(queued.json().get("state").asText()).isEqualTo("queued");
    assertThat(queued.json().get("workers").asInt()).isZero();
    assertThat(client.get("/v1/backlog").json().get("queued").asInt()).isPositive();

    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> client.get("/v1/jobs/" + id, "Prefer", "wait=25"));
    startWorker();
    assertThat(waiting.get(25, TimeUnit.SECONDS).json().get("state").asText())
        .isEqualTo("completed");
  }

  private void awaitWorkers(int count) {
    Eventually.await(count + " workers", TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("workers").asInt() == count);
  }

  private void assertListed(String model, int workers) {
    JsonNode models = client.get("/v1/models").json().get("data");
    assertThat(models).hasSize(1);
    assertThat(models.get(0).get("id").asText()).isEqualTo(model);
    assertThat(models.get(0).get("workers").asInt()).isEqualTo(workers);
  }
}
