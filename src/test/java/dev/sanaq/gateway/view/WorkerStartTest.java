package dev.sanaq.gateway.view;

import static org.assertj.core.api.Assertions.assertThat;

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

/** A pool that is scaled to zero: the waiting call's job starts the worker. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(WorkerStartTest.ScaledToZeroProfile.class)
class WorkerStartTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String IMAGE = "{\"prompt\":\"p\"}";

  /** A worker may take longer to start than the default says. */
  public static final class ScaledToZeroProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.gateway.worker-start-timeout", "PT20S", "sanaq.gateway.max-wait", "PT25S");
    }
  }

  @Test
  void waitingCall_isQueued_soThatAWorkerIsStarted_andGetsItsImage() throws Exception {
    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> client.post("/v1/images/generations", IMAGE));
    awaitQueued();
    startWorker();
    assertThat(waiting.get(25, TimeUnit.SECONDS).status()).isEqualTo(200);
  }

  private void awaitQueued() {
    Eventually.await("the job is queued", TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("queued").asInt() == 1);
  }
}
