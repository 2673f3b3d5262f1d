package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.worker.run.ImageGeneratorFactory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Inject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The probes of the whole program from its start to its end. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(HealthTest.SlowGeneratorProfile.class)
class HealthTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final CountDownLatch LOADING = new CountDownLatch(1);
  private static final CountDownLatch MAY_LOAD = new CountDownLatch(1);
  private static final CountDownLatch MAY_GENERATE = new CountDownLatch(1);

  @Inject WorkerService worker;
  @Inject KafkaClientService clients;

  @TestHTTPResource("/q/health/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI health;

  /** Replaces the image generator by one that the test controls. */
  public static final class SlowGeneratorProfile implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(SlowGeneratorFactory.class);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.model.path", "anywhere",
          "sanaq.worker.stall-timeout", "PT1S",
          "sanaq.gateway.enabled", "false");
    }
  }

  /** Loads, and generates the image of the prompt "wait", when the test allows it. */
  @Alternative
  @ApplicationScoped
  public static class SlowGeneratorFactory extends ImageGeneratorFactory {
    @Override
    public ImageGenerator load(Path checkpoint) {
      LOADING.countDown();
      await(MAY_LOAD);
      return new GradientImageGenerator() {
        @Override
        public GenerationResult generate(GenerationParams params, ProgressListener progress) {
          if (params.prompt().equals("wait")) {
            await(MAY_GENERATE);
          }
          return super.generate(params, progress);
        }
      };
    }
  }

  @Test
  void probes_throughLifecycle_followModelAndInference() throws Exception {
    assertThat(probe("ready")).isEqualTo(503);
    assertThat(probe("live")).isEqualTo(200);

    CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> worker.start(code -> {}));
    await(LOADING);
    assertThat(probe("ready")).as("while the model loads").isEqualTo(503);
    MAY_LOAD.countDown();
    starting.get(30, TimeUnit.SECONDS);
    assertThat(probe("ready")).isEqualTo(200);
    assertIdleCountersAreZero();

    try (KafkaS3Client client = new KafkaS3Client(GatewayTestClient.serviceConfig())) {
      client.cancel("cancelled-before", "by the test");
      client.send("{\"id\":\"slow\",\"prompt\":\"wait\"}");
      client.awaitEvent("slow/started");
      Eventually.await("the stalled worker is not live", TIMEOUT).until(() -> probe("live") == 503);
      MAY_GENERATE.countDown();
      client.awaitEvent("slow/completed");
      client.send("{\"id\":\"cancelled-before\",\"prompt\":\"any\"}");
      client.awaitEvent("cancelled-before/cancelled");
      assertThat(clients.getConsumer("cancellations").unwrap()).isNotNull();
      assertThat(clients.getConsumer("job-view").unwrap()).as("no gateway").isNull();
      assertThat(clients.getProducer("requests-out").unwrap()).as("no gateway").isNull();
      assertThat(probe("live")).isEqualTo(200);
      assertThat(livenessOfChannels()).contains("\"requests\"", "\"cancellations\"");
      assertReadmeMetricsExist();
    }

    worker.stop();
    assertThat(probe("ready")).as("after the stop").isEqualTo(503);
    assertThat(probe("live")).isEqualTo(200);
    assertThat(livenessOfChannels()).doesNotContain("\"requests\"");
  }

  /** Prometheus sees an increase only of a counter that it has seen before. */
  private void assertIdleCountersAreZero() throws IOException, InterruptedException {
    List<String> series = new ArrayList<>(List.of("sanaq_dead_letters_total"));
    Stream.of("read", "unreadable")
        .map("sanaq_cancellations_total{result=\"%s\"}"::formatted)
        .forEach(series::add);
    Stream.of("publish", "storage")
        .map("sanaq_retries_total{operation=\"%s\"}"::formatted)
        .forEach(series::add);
    Stream.concat(
            Stream.of("completed", "cancelled"),
            Stream.of(ErrorCode.values()).map(ErrorCode::label))
        .map("sanaq_jobs_total{model=\"gradient\",outcome=\"%s\"}"::formatted)
        .forEach(series::add);
    Stream.of("completed", "failed", "cancelled")
        .map("sanaq_job_duration_seconds_count{model=\"gradient\",outcome=\"%s\"}"::formatted)
        .forEach(series::add);
    for (String stage : List.of("prompt", "image")) {
      Stream.of("allowed", "refused", "unavailable")
          .map(outcome -> "outcome=\"%s\",stage=\"%s\"".formatted(outcome, stage))
          .map("sanaq_safety_checks_total{%s}"::formatted)
          .forEach(series::add);
    }
    List<String> metrics = get(health.resolve("/q/metrics")).body().lines().toList();
    assertThat(series)
        .allSatisfy(
            name ->
                assertThat(metrics)
                    .as(name)
                    .anyMatch(line -> line.matches(Pattern.quote(name) + " 0(\\.0)?")));
    // The alert of a slow start needs it.
    assertThat(metrics).anyMatch(line -> line.startsWith("process_start_time_seconds "));
  }

  private void assertReadmeMetricsExist() throws IOException, InterruptedException {
    String metrics = get(health.resolve("/q/metrics")).body();
    Set<String> documented = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("src/docs/observability.md"))) {
      Matcher names = Pattern.compile("`(sanaq_[a-z_]+)`").matcher(line);
      while (line.startsWith("| `sanaq_") && names.find()) {
        documented.add(names.group(1));
      }
    }
    assertThat(documented).hasSize(18);
    // The metrics of the gateway and of the webhooks have tests of their own.
    documented.removeIf(
        name ->
            name.startsWith("sanaq_backlog_")
                || name.startsWith("sanaq_webhook_")
                || name.equals("sanaq_job_latency_seconds"));
    assertThat(documented).allSatisfy(name -> assertThat(metrics).contains("\n" + name));
    assertThat(metrics).contains("sanaq_jobs_total{model=\"gradient\",outcome=\"completed\"} 1.0");
  }

  private static HttpResponse<String> get(URI address) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** The checks with their data, which has the channels by name. */
  private String livenessOfChannels() throws IOException, InterruptedException {
    return get(health.resolve("live")).body();
  }

  private int probe(String name) throws IOException, InterruptedException {
    return get(health.resolve(name)).statusCode();
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
