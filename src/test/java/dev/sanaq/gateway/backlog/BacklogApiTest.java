package dev.sanaq.gateway.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayRestart;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.LocalServicesResource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The backlog over HTTP, measured from the jobs of a real worker. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class BacklogApiTest extends GatewayTestBase {
  @Inject BacklogMetrics metrics;

  private final CountDownLatch released = new CountDownLatch(1);

  @AfterEach
  void release() {
    released.countDown();
  }

  @Test
  void tinyRequest_doesNotInflateTheBacklogOfOthers_alsoAfterARestart() {
    startWorker(new HeldBackGenerator());
    generate("tiny-" + id, "\"width\":1,\"height\":1");

    client.post("/v1/jobs", request(id, "\"width\":512,\"height\":512,\"count\":8"));
    client.awaitState(id, "running");
    assertSaneBacklog();

    GatewayRestart.restart(gateway);
    client.awaitReady();
    assertSaneBacklog();
    assertThat(client.post("/v1/jobs", request("other-" + id, "\"count\":1")).status())
        .isEqualTo(202);
  }

  @Test
  void metric_equalsBacklogForKeda() {
    client.post("/v1/jobs", request(id, "\"count\":3"));
    client.awaitJob(id, job -> backlogSeconds() > 0);
    double seconds = backlogSeconds();
    // In a registry of its own: Quarkus keeps the gauges of the applications of earlier tests.
    MeterRegistry registry = new SimpleMeterRegistry();
    metrics.bindTo(registry);
    assertThat(registry.get("sanaq.backlog.seconds").gauge().value()).isEqualTo(seconds);
  }

  private void assertSaneBacklog() {
    // Eight images of some milliseconds each.
    assertThat(backlogSeconds()).isBetween(0.0, 30.0);
  }

  private double backlogSeconds() {
    return client.get("/v1/backlog").json().get("seconds").asDouble();
  }

  private void generate(String job, String fields) {
    client.post("/v1/jobs", request(job, fields));
    client.awaitState(job, "completed");
  }

  private static String request(String job, String fields) {
    return "{\"id\":\"%s\",\"prompt\":\"p\",%s}".formatted(job, fields);
  }

  /** Takes 20 ms an image, as the size is always the model's; holds back the jobs of 8 images. */
  private final class HeldBackGenerator extends GradientImageGenerator {
    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      try {
        if (params.count() == 8) {
          released.await();
        }
        Thread.sleep(20L * params.count());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return super.generate(params, progress);
    }
  }
}
