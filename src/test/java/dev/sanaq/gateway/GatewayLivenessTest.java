package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.view.JobView;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A view that is not updated any more. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class GatewayLivenessTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @Inject JobView view;

  @Test
  void errorWhileReadingJobs_endsLiveness() {
    assertThat(client.get("/q/health/live").status()).isEqualTo(200);
    view.watch(
        id,
        job -> {
          throw new StackOverflowError("a test's");
        });
    client.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"a red apple\"}".formatted(id));
    Eventually.await("liveness is DOWN", TIMEOUT)
        .untilAsserted(() -> assertThat(client.get("/q/health/live").status()).isEqualTo(503));
    assertThat(client.get("/q/health/live").toString()).contains("StackOverflowError");
  }
}
