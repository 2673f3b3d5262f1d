package dev.sanaq.worker.safety;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.Job;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.TestSettings;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.worker.queue.JobExecutions;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's service on a real HTTP server: what it is asked, and what its answers mean. */
class SafetyHookTest {
  private static final Job JOB =
      JobExecutions.queued(
              "job-1",
              Map.of("prompt", "a red apple", "negativePrompt", "blurry"),
              Instant.EPOCH,
              0)
          .job();

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestReceiver server;

  @BeforeEach
  void start() {
    server = new TestReceiver(answer(200, "{\"allowed\": true}"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void promptAndImage_areSentAsDocumented() {
    List<String> authorization = new CopyOnWriteArrayList<>();
    server.setHandler(
        exchange -> {
          authorization.add(exchange.getRequestHeaders().getFirst("authorization"));
          assertThat(exchange.getRequestMethod()).isEqualTo("POST");
          answer(200, "{\"allowed\": true}").handle(exchange);
        });
    try (SafetyHook hook = hook(Map.of("sanaq.safety.hook.token", "secret"))) {
      assertThat(hook.checkPrompt(JOB, () -> false)).isEmpty();
      assertThat(hook.checkImage(JOB, 3, new byte[] {1, 2, 3}, () -> false)).isEmpty();
    }
    assertThat(authorization).containsExactly("Bearer secret", "Bearer secret");
    JsonNode prompt = body(0);
    assertThat(prompt.toString())
        .isEqualTo(
            "{\"stage\":\"prompt\",\"id\":\"job-1\",\"prompt\":\"a red apple\",\"negativePrompt\":\"blurry\"}");
    JsonNode image = body(1);
    assertThat(List.copyOf(fieldNames(image)))
        .containsExactly("stage", "id", "index", "format", "image");
    assertThat(image.get("stage").asText()).isEqualTo("image");
    assertThat(image.get("index").asInt()).isEqualTo(3);
    assertThat(image.get("format").asText()).isEqualTo("png");
    assertThat(Base64.getDecoder().decode(image.get("image").asText())).containsExactly(1, 2, 3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"allowed\": false, \"policy\": \"no-weapons\"} | no-weapons",
        "{\"allowed\": false} | unnamed",
        "{\"allowed\": false, \"policy\": 7} | unnamed",
        "{\"allowed\": false, \"policy\": \"the text a red apple is not liked\"} | unnamed",
        "{\"allowed\": false, \"policy\": \"p\", \"score\": 0.9} | p"
      })
  void refusal_isThePolicysName(String answer, String policy) {
    server.setHandler(answer(200, answer));
    try (SafetyHook hook = hook(Map.of())) {
      assertThat(hook.checkPrompt(JOB, () -> false)).isEqualTo(Optional.of(policy));
      assertThat(hook.checkImage(JOB, 0, new byte[1], () -> false)).isEqualTo(Optional.of(policy));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "true",
        "<html>",
        "{",
        "{\"allowed\": \"yes\"}",
        "{\"allowed\": null}",
        "{\"policy\": \"p\"}",
        "{\"allowed\": true} x",
        "{\"allowed\": true, \"allowed\": false}"
      })
  void answerWithoutVerdict_isUnavailableAtOnce(String answer) {
    server.setHandler(answer(200, answer));
    assertUnavailable(Map.of(), "the answer");
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void hugeAnswer_isNotReadToItsEnd() {
    AtomicInteger chunks = new AtomicInteger();
    server.setHandler(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          try (OutputStream out = exchange.getResponseBody()) {
            byte[] chunk = " ".repeat(1 << 20).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 1000; i++) {
              out.write(chunk);
              chunks.incrementAndGet();
            }
          }
        });
    assertUnavailable(Map.of(), "more than 65536 bytes");
    assertThat(chunks.get()).isLessThan(100);
  }

  @Test
  void hangingOrSlowServer_isUnavailableInTime() {
    CountDownLatch end = new CountDownLatch(1);
    Map<String, String> brief =
        Map.of(
            "sanaq.safety.hook.attempt-timeout", "PT0.3S",
            "sanaq.safety.hook.retry-timeout", "PT1S");
    server.setHandler(
        exchange -> {
          try {
            end.await(30, TimeUnit.SECONDS);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    long start = System.nanoTime();
    assertUnavailable(brief, "no answer in time");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(server.received()).as("retried").hasSizeGreaterThan(1);
    end.countDown();

    server.setHandler(
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          for (int i = 0; i < 100; i++) { // a byte now and then, for 20 s
            exchange.getResponseBody().write(' ');
            exchange.getResponseBody().flush();
            Pause.of(Duration.ofMillis(200));
          }
        });
    start = System.nanoTime();
    assertUnavailable(brief, "no answer in time");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void serverErrors_areRetriedUntilTheTimeout() {
    AtomicInteger calls = new AtomicInteger();
    server.setHandler(
        exchange ->
            answer(calls.incrementAndGet() < 3 ? 503 : 200, "{\"allowed\": true}")
                .handle(exchange));
    try (SafetyHook hook = hook(Map.of())) {
      assertThat(hook.checkPrompt(JOB, () -> false)).isEmpty();
    }
    assertThat(calls).hasValue(3);
    server.setHandler(answer(500, "{\"allowed\": true}"));
    assertUnavailable(Map.of("sanaq.safety.hook.retry-timeout", "PT0.5S"), "answer 500");
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 307, 400, 401, 404, 410})
  void otherStatuses_areUnavailableAtOnceAndRedirectsNotFollowed(int status) {
    server.setHandler(
        exchange -> {
          boolean redirected = exchange.getRequestURI().getPath().equals("/other");
          exchange.getResponseHeaders().add("location", "/other");
          answer(redirected ? 200 : status, "{\"allowed\": true}").handle(exchange);
        });
    assertUnavailable(Map.of(), "answer " + status);
    assertThat(server.received()).hasSize(1);
  }

  @Test
  void nobodyListens_isUnavailable() {
    server.close();
    assertUnavailable(Map.of("sanaq.safety.hook.retry-timeout", "PT0.5S"), "no connection");
  }

  @Test
  void abandonedJob_stopsRetrying() {
    server.setHandler(answer(500, ""));
    try (SafetyHook hook = hook(Map.of("sanaq.safety.hook.retry-timeout", "PT10M"))) {
      assertThatThrownBy(() -> hook.checkPrompt(JOB, () -> !server.received().isEmpty()))
          .isInstanceOf(RetryAbortedException.class);
    }
  }

  @Test
  void calls_areLimited() throws Exception {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    server.setHandler(
        exchange -> {
          most.accumulateAndGet(now.incrementAndGet(), Math::max);
          Pause.of(Duration.ofMillis(50));
          now.decrementAndGet();
          answer(200, "{\"allowed\": true}").handle(exchange);
        });
    try (SafetyHook hook = hook(Map.of("sanaq.safety.hook.concurrency", "2"))) {
      List<CompletableFuture<Optional<String>>> calls = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        calls.add(CompletableFuture.supplyAsync(() -> hook.checkPrompt(JOB, () -> false)));
      }
      for (CompletableFuture<Optional<String>> call : calls) {
        assertThat(call.get(20, TimeUnit.SECONDS)).isEmpty();
      }
    }
    assertThat(most.get()).isBetween(1, 2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"moderation", "ftp://host/", "http://", "http://a b/", "http://u:p@host/"})
  void invalidUrl_isRefusedAtStart(String url) {
    assertThatThrownBy(() -> hook(Map.of("sanaq.safety.hook.url", url)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sanaq.safety.hook.url")
        .hasMessageNotContaining("u:p");
  }

  private void assertUnavailable(Map<String, String> settings, String reason) {
    try (SafetyHook hook = hook(settings)) {
      assertThatThrownBy(() -> hook.checkPrompt(JOB, () -> false))
          .isInstanceOf(SafetyUnavailableException.class)
          .hasMessageContaining(reason)
          .hasMessageNotContaining("apple");
    }
  }

  private JsonNode body(int index) {
    return KafkaS3Client.json(server.received().get(index).body().getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> fieldNames(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private SafetyHook hook(Map<String, String> settings) {
    Map<String, String> config = new HashMap<>();
    config.put("sanaq.safety.hook.url", server.url());
    config.putAll(settings);
    SafetyConfig.HookConfig hook = TestSettings.mapping(SafetyConfig.class, config).hook();
    return new SafetyHook(hook.url().orElseThrow(), hook);
  }

  private static TestReceiver.Handler answer(int status, String body) {
    return exchange -> {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }
}
