package dev.sanaq.worker.safety;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.Pause;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerTelemetry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The safety stage through a real broker, S3, the operator's service and ShieldGemma. */
class SafetyJobsTest {
  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private final RecordingGenerator generator = new RecordingGenerator();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  @SuppressWarnings("NullAway.Init") // set before each test
  private KafkaS3Client client;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestReceiver server;

  /** Remembers what reached the model. */
  private static final class RecordingGenerator extends GradientImageGenerator {
    private final List<String> prompts = new CopyOnWriteArrayList<>();
    private final List<Integer> batches = new CopyOnWriteArrayList<>();

    @Override
    public List<BatchResult> generateBatch(List<GenerationParams> batch, BatchControl control) {
      batches.add(batch.size());
      batch.forEach(params -> prompts.add(params.prompt()));
      return super.generateBatch(batch, control);
    }
  }

  /** Refuses prompts with a weapon, and the second image of jobs whose id begins with "bad". */
  @BeforeEach
  void start() {
    client = harness.client();
    server =
        new TestReceiver(
            exchange -> {
              JsonNode question = question();
              boolean refused =
                  question.path("prompt").asText().contains("weapon")
                      || question.get("id").asText().startsWith("bad")
                          && question.path("index").asInt() == 1;
              String policy = question.has("prompt") ? "no-weapons" : "no-nudity";
              answer(
                  exchange,
                  refused
                      ? "{\"allowed\": false, \"policy\": \"" + policy + "\"}"
                      : "{\"allowed\": true}");
            });
  }

  @AfterEach
  void stop() {
    harness.drainAll(Duration.ofSeconds(20));
    server.close();
  }

  @Test
  void refusedPrompt_neverReachesTheModel_andOthersComplete() {
    startWorker(Map.of("sanaq.safety.hook.url", server.url()));
    client.send(request("fine-1", "a fox", ""));
    client.send(request("gun", "a weapon of apple-green steel", ",\"metadata\":{\"a\":1}"));
    client.send(request("fine-2", "an owl", ""));
    JsonNode failed = json(client.awaitEvent("gun/failed"));
    JsonNode error = failed.get("error");
    assertThat(error.get("code").asText()).isEqualTo("content_refused");
    assertThat(error.get("policy").asText()).isEqualTo("no-weapons");
    assertThat(error.get("message").asText()).isEqualTo("refused by the safety policy no-weapons");
    assertThat(error.get("retryable").asBoolean()).isFalse();
    assertThat(error.get("fields")).isEmpty();
    assertThat(failed.get("metadata").get("a").asInt()).isEqualTo(1);
    assertThat(text(client.awaitEvent("gun/failed"))).doesNotContain("apple-green");
    client.awaitEvent("fine-1/completed");
    client.awaitEvent("fine-2/completed");
    assertThat(client.events("dev.sanaq.job.started.v1"))
        .extracting(KafkaS3Client::eventName)
        .doesNotContain("gun/started");
    assertThat(generator.prompts).containsExactlyInAnyOrder("a fox", "an owl");
    assertThat(keys("gun/")).allMatch(key -> key.startsWith("gun/attempts/"));
    assertThat(checks("prompt", "refused")).isEqualTo(1);
    assertThat(checks("prompt", "allowed")).isEqualTo(2);
    assertThat(checks("image", "allowed")).isEqualTo(2);

    client.send(request("gun", "a flower", ""));
    client.awaitEvent("gun/completed");
    assertThat(generator.prompts).as("the corrected request").contains("a flower");
  }

  @Test
  void refusedImage_storesNoneOfItsJob_andTheBatchCompletes() {
    startWorker(
        Map.of(
            "sanaq.safety.hook.url", server.url(),
            "sanaq.safety.hook.stages", "image",
            "sanaq.worker.batch-linger", "PT2S"));
    client.send(request("good-1", "a fox", ""));
    client.send(request("bad-1", "a weapon", ",\"count\":2"));
    client.send(request("good-2", "an owl", ",\"count\":2"));
    JsonNode error = json(client.awaitEvent("bad-1/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("content_refused");
    assertThat(error.get("policy").asText()).isEqualTo("no-nudity");
    client.awaitEvent("good-1/completed");
    client.awaitEvent("good-2/completed");
    assertThat(generator.batches).as("in one batch").containsExactly(3);
    assertThat(keys("bad-1/")).isNotEmpty().allMatch(key -> key.startsWith("bad-1/attempts/"));
    assertThat(keys("good-2/")).contains("good-2/result.json");
    assertThat(checks("prompt", "allowed")).as("prompts are not checked").isZero();
    assertThat(checks("image", "refused")).isEqualTo(1);
    assertThat(checks("image", "allowed")).isEqualTo(2);
    assertThat(server.received())
        .hasSize(5)
        .allSatisfy(call -> assertThat(call.body()).doesNotContain("fox", "owl", "weapon"));
  }

  @Test
  void serviceThatIsDown_failsTheJobOrLetsItPass() {
    server.setHandler(exchange -> exchange.sendResponseHeaders(500, -1));
    Map<String, String> settings = new HashMap<>();
    settings.put("sanaq.safety.hook.url", server.url());
    settings.put("sanaq.safety.hook.retry-timeout", "PT0.5S");
    startWorker(settings);
    client.send(request("closed", "a fox", ""));
    JsonNode error = json(client.awaitEvent("closed/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("safety_unavailable");
    assertThat(error.get("retryable").asBoolean()).isTrue();
    assertThat(error.has("policy")).isFalse();
    assertThat(error.get("message").asText()).doesNotContain("127.0.0.1", "fox");
    assertThat(generator.prompts).isEmpty();
    assertThat(checks("prompt", "unavailable")).isEqualTo(1);
    harness.drainAll(Duration.ofSeconds(20));

    settings.put("sanaq.safety.fail-open", "true");
    startWorker(settings);
    client.send(request("open", "a fox", ""));
    client.awaitEvent("open/completed");
    assertThat(checks("prompt", "unavailable")).isEqualTo(2);
    assertThat(checks("image", "unavailable")).isEqualTo(1);
    assertThat(checks("prompt", "allowed") + checks("image", "allowed")).isZero();
  }

  @Test
  void slowService_keepsNoOtherJobWaiting() {
    server.setHandler(
        exchange -> {
          if (question().get("id").asText().equals("slow")) {
            Pause.of(Duration.ofSeconds(8));
          }
          answer(exchange, "{\"allowed\": true}");
        });
    startWorker(
        Map.of(
            "sanaq.safety.hook.url", server.url(),
            "sanaq.safety.hook.stages", "prompt",
            "sanaq.safety.hook.attempt-timeout", "PT20S"));
    client.send(request("slow", "a fox", ""));
    client.send(request("quick", "a fox", ""));
    client.awaitEvent("quick/completed");
    assertThat(client.events("dev.sanaq.job.completed.v1"))
        .extracting(KafkaS3Client::eventName)
        .doesNotContain("slow/completed");
    client.awaitEvent("slow/completed");
  }

  @Test
  void shieldGemma_refusesAboveItsThreshold() {
    String model = Fixtures.path("shieldgemma/model").toString();
    startWorker(Map.of("sanaq.safety.shieldgemma", model, "sanaq.safety.threshold", "0"));
    client.send(request("any", "a red apple", ""));
    JsonNode error = json(client.awaitEvent("any/failed")).get("error");
    assertThat(error.get("code").asText()).isEqualTo("content_refused");
    assertThat(error.get("policy").asText())
        .isIn("dangerous_content", "harassment", "hate_speech", "sexually_explicit");
    assertThat(generator.prompts).isEmpty();
    harness.drainAll(Duration.ofSeconds(20));

    startWorker(
        Map.of(
            "sanaq.safety.shieldgemma", model,
            "sanaq.safety.threshold", "0",
            "sanaq.safety.policies", "hate_speech"));
    client.send(request("one", "a red apple", ""));
    assertThat(json(client.awaitEvent("one/failed")).at("/error/policy").asText())
        .isEqualTo("hate_speech");
    harness.drainAll(Duration.ofSeconds(20));

    startWorker(Map.of("sanaq.safety.shieldgemma", model, "sanaq.safety.threshold", "1"));
    client.send(request("none", "a red apple", ""));
    client.awaitEvent("none/completed");
    assertThat(generator.prompts).containsExactly("a red apple");
    assertThat(checks("prompt", "refused")).isEqualTo(2);
    assertThat(checks("prompt", "allowed")).isEqualTo(1);
  }

  private void startWorker(Map<String, String> settings) {
    harness.startWorker(
        generator,
        harness.settings(settings),
        new WorkerTelemetry(meters, OpenTelemetry.noop()),
        UnaryOperator.identity());
  }

  private double checks(String stage, String outcome) {
    return meters
        .get("sanaq.safety.checks")
        .tag("stage", stage)
        .tag("outcome", outcome)
        .counter()
        .count();
  }

  private Set<String> keys(String prefix) {
    Map<String, byte[]> objects = client.objects();
    objects.keySet().removeIf(key -> !key.startsWith(prefix));
    return objects.keySet();
  }

  private JsonNode question() {
    return json(server.currentBody().getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(200, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  private static String text(ConsumerRecord<byte[], byte[]> record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  private static String request(String id, String prompt, String more) {
    return "{\"id\":\"%s\",\"prompt\":\"%s\"%s}".formatted(id, prompt, more);
  }
}
