package dev.sanaq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.local.LocalServices;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.worker.run.ImageGeneratorFactory;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
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
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/** The program as it is wired and configured: its probes from the start to the end. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(HealthTest.SlowGeneratorProfile.class)
class HealthTest {
  private static final CountDownLatch MAY_LOAD = new CountDownLatch(1);
  private static final CountDownLatch MAY_GENERATE = new CountDownLatch(1);

  @Inject WorkerService worker;

  @TestHTTPResource("/q/health/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI health;

  /** Replaces the engine by one that waits to be told. */
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

  /** Loads when it is told to, and draws when it is told to. */
  @Alternative
  @ApplicationScoped
  public static class SlowGeneratorFactory extends ImageGeneratorFactory {
    @Override
    public ImageGenerator load(Path checkpoint) {
      await(MAY_LOAD);
      return new GradientImageGenerator() {
        @Override
        public GenerationResult generate(GenerationParams drawing, ProgressListener progress) {
          if (drawing.prompt().equals("wait")) {
            await(MAY_GENERATE);
          }
          return super.generate(drawing, progress);
        }
      };
    }
  }

  @Test
  void probes_throughLifecycle_followModelAndInference() throws Exception {
    assertThat(probe("ready")).isEqualTo(503);
    assertThat(probe("live")).isEqualTo(200);

    CompletableFuture<Void> starting = CompletableFuture.runAsync(worker::start);
    Thread.sleep(300);
    assertThat(probe("ready")).as("while the model loads").isEqualTo(503);
    MAY_LOAD.countDown();
    starting.get(30, TimeUnit.SECONDS);
    assertThat(probe("ready")).isEqualTo(200);

    try (KafkaS3Client outside = new KafkaS3Client(config())) {
      outside.send("{\"id\":\"slow\",\"prompt\":\"wait\"}");
      awaitProbe("live", 503);
      MAY_GENERATE.countDown();
      outside.awaitEvent("slow/completed");
      assertThat(probe("live")).isEqualTo(200);
      assertReadmeMetricsExist();
    }

    worker.stop();
    assertThat(probe("ready")).as("after the end").isEqualTo(503);
    assertThat(probe("live")).isEqualTo(200);
  }

  private void assertReadmeMetricsExist() throws IOException, InterruptedException {
    String told = get(health.resolve("/q/metrics")).body();
    Set<String> named = new TreeSet<>();
    for (String line : Files.readAllLines(Path.of("src/docs/observability.md"))) {
      Matcher names = Pattern.compile("`(sanaq_[a-z_]+)`").matcher(line);
      while (line.startsWith("| `sanaq_") && names.find()) {
        named.add(names.group(1));
      }
    }
    assertThat(named).hasSize(15);
    // Of the gateway and of the webhooks: their own tests look at those.
    named.removeIf(name -> name.startsWith("sanaq_backlog_") || name.startsWith("sanaq_webhook_"));
    // Counted once something of the kind has happened.
    named.removeAll(Set.of("sanaq_cancellations_total", "sanaq_dead_letters_total"));
    assertThat(named).allSatisfy(name -> assertThat(told).contains("\n" + name));
    assertThat(told).contains("sanaq_jobs_total{outcome=\"completed\"} 1.0");
  }

  private static HttpResponse<String> get(URI address) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void awaitProbe(String name, int status) throws Exception {
    for (int i = 0; probe(name) != status; i++) {
      assertThat(i).as("looks at %s until %d", name, status).isLessThan(200);
      Thread.sleep(100);
    }
  }

  private int probe(String name) throws IOException, InterruptedException {
    return get(health.resolve(name)).statusCode();
  }

  private static Map<String, String> config() {
    Map<String, String> config = new TreeMap<>();
    for (String key : LocalServices.CONFIG_KEYS) {
      config.put(key, ConfigProvider.getConfig().getValue(key, String.class));
    }
    return config;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
