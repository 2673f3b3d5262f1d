package dev.sanaq.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What programs that were written for OpenAI's own models send, and what they rely on. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(OpenAiClientsTest.AliasesProfile.class)
class OpenAiClientsTest extends GatewayTestBase {
  private static final String PATH = "/v1/images/generations";
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final SlowGenerator generator = new SlowGenerator();

  /** Two aliases, one of them for whatever model there is. */
  public static final class AliasesProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.gateway.model-aliases", "gpt-image-1=*,drafts=gradient",
          "sanaq.gateway.heartbeat", "PT0.2S",
          "sanaq.gateway.max-wait", "PT20S");
    }
  }

  /** Waits in prompts that say so, and fails in others. */
  private static final class SlowGenerator extends GradientImageGenerator {
    private final CountDownLatch released = new CountDownLatch(1);

    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      if (params.prompt().contains("broken")) {
        throw new IllegalStateException("broken on purpose");
      }
      for (int i = 0; params.prompt().contains("slow") && i < 200 && !isReleased(); i++) {
        progress.onProgress(1, params.steps());
      }
      return super.generate(params, progress);
    }

    private boolean isReleased() {
      try {
        return released.await(50, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @BeforeEach
  void start() {
    startWorker(generator);
  }

  @AfterEach
  void release() {
    generator.released.countDown();
  }

  @Test
  void stream_isEventsWithTheImages() {
    GatewayTestClient.ApiResponse answer =
        client.post(
            PATH,
            "{\"prompt\":\"p\",\"n\":2,\"size\":\"64x96\",\"seed\":3,\"stream\":true,\"partial_images\":2}",
            "Accept",
            "application/json");
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
    assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    List<JsonNode> events = events(answer);
    assertThat(events).hasSize(2);
    for (JsonNode event : events) {
      assertThat(event.get("type").asText()).isEqualTo("image_generation.completed");
      assertThat(event.get("size").asText()).isEqualTo("64x96");
      assertThat(event.get("output_format").asText()).isEqualTo("png");
      assertThat(event.get("background").asText()).isEqualTo("opaque");
      assertThat(event.get("created_at").isIntegralNumber()).isTrue();
      assertThat(event.at("/usage/total_tokens").asInt(-1)).isZero();
      assertThat(event.at("/usage/device_seconds").isNumber()).isTrue();
      assertThat(Base64.getDecoder().decode(event.get("b64_json").asText()))
          .startsWith(0x89, 'P', 'N', 'G');
    }
    assertThat(events.get(0).get("b64_json")).isNotEqualTo(events.get(1).get("b64_json"));
  }

  @Test
  void stream_ofFailedJob_hasAnErrorEvent() {
    GatewayTestClient.ApiResponse answer =
        client.post(PATH, "{\"prompt\":\"broken\",\"stream\":true}");
    String text = answer.toString();
    assertThat(text).contains("event: error\ndata: {\"error\":{");
    assertThat(events(answer)).hasSize(1);
    assertThat(events(answer).get(0).at("/error/code").asText()).isEqualTo("internal");
    assertThat(events(answer).get(0).at("/error/type").asText()).isEqualTo("server_error");
  }

  @Test
  void stream_ofRequestThatIsRefused_hasItsStatus() {
    assertThat(client.post(PATH, "{\"prompt\":\"\",\"stream\":true}").status()).isEqualTo(400);
    stopWorker();
    Eventually.await("no worker", TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("workers").asInt() == 0);
    GatewayTestClient.ApiResponse answer = client.post(PATH, "{\"prompt\":\"p\",\"stream\":true}");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.json().at("/error/code").asText()).isEqualTo("no_worker");
  }

  @Test
  void waitingStream_isKeptOpenByComments() throws IOException {
    try (Socket socket = open("{\"prompt\":\"slow\",\"stream\":true}")) {
      StringBuilder text = new StringBuilder();
      while (text.indexOf(": alive\n\n") < 0) {
        int next = socket.getInputStream().read();
        assertThat(next).as(text.toString()).isNotNegative();
        text.append((char) next);
      }
      assertThat(text).contains("HTTP/1.1 200", ": waiting\n\n");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void clientThatHangsUp_cancelsItsJob(boolean stream) throws IOException {
    try (Socket socket = open("{\"prompt\":\"slow %s\",\"stream\":%s}".formatted(stream, stream))) {
      awaitState("running");
      assertThat(socket.isConnected()).isTrue();
    }
    JsonNode job = awaitState("cancelled");
    assertThat(job.get("reason").asText()).isEqualTo("the client hung up");
  }

  @Test
  void idempotencyKey_namesTheJob_soItGoesOnWithoutTheClient() throws IOException {
    String body = "{\"prompt\":\"slow\",\"seed\":4,\"response_format\":\"b64_json\"}";
    try (Socket socket = open(body, "Idempotency-Key: retry-1\r\n")) {
      client.awaitState("retry-1", "running");
      assertThat(socket.isConnected()).isTrue();
    }
    generator.released.countDown();
    client.awaitState("retry-1", "completed");
    int before = generator.generationCount();
    JsonNode again = client.post(PATH, body, "Idempotency-Key", "retry-1").json();
    assertThat(again.get("data").get(0).get("b64_json").asText()).startsWith("iVBOR");
    assertThat(generator.generationCount()).isEqualTo(before);
    GatewayTestClient.ApiResponse other =
        client.post(PATH, "{\"prompt\":\"other\"}", "Idempotency-Key", "retry-1");
    assertThat(other.status()).isEqualTo(409);
    assertThat(other.json().at("/error/code").asText()).isEqualTo("id_conflict");
  }

  @Test
  void aliases_areTheWorkersModel_andGptImageAnswersInline() {
    JsonNode inline = client.post(PATH, "{\"prompt\":\"p\",\"model\":\"gpt-image-1\"}").json();
    assertThat(inline.get("data").get(0).has("b64_json")).isTrue();
    assertThat(inline.at("/usage/output_tokens").asInt(-1)).isZero();
    assertThat(inline.get("size").asText()).isEqualTo("64x64");
    JsonNode url =
        client
            .post(PATH, "{\"prompt\":\"p\",\"model\":\"gpt-image-1\",\"response_format\":\"url\"}")
            .json();
    assertThat(url.get("data").get(0).has("url")).isTrue();
    JsonNode drafts = client.post(PATH, "{\"prompt\":\"p\",\"model\":\"drafts\"}").json();
    assertThat(drafts.get("data").get(0).has("url")).isTrue();
  }

  @Test
  void unknownModel_isRefusedBeforeItIsQueued() {
    GatewayTestClient.ApiResponse answer =
        client.post(PATH, "{\"prompt\":\"p\",\"model\":\"dall-e-3\"}");
    assertThat(answer.status()).isEqualTo(404);
    JsonNode error = answer.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo("model_not_found");
    assertThat(error.get("param").asText()).isEqualTo("model");
    assertThat(error.get("message").asText())
        .isEqualTo(
            "No worker has the model \"dall-e-3\". Models and aliases"
                + " (sanaq.gateway.model-aliases): gradient, gpt-image-1, drafts");
    assertThat(generator.generationCount()).isZero();
    assertThat(client.get("/v1/jobs").json().get("jobs").toString()).doesNotContain("dall-e-3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"background\":\"transparent\"|background|found \"transparent\", allowed: opaque, auto",
        "\"stream\":\"yes\"|stream|found \"yes\", allowed: true or false",
        "\"partial_images\":4|partial_images|found 4, allowed: a whole number from 0 to 3",
        "\"response_format\":\"jpeg\"|response_format|found \"jpeg\", allowed: url, b64_json",
        "\"size\":\"0x0\"|size|found 0"
      })
  void parametersThatCannotBeMet_areRefused(String field, String param, String message) {
    GatewayTestClient.ApiResponse answer =
        client.post(PATH, "{\"prompt\":\"p\",%s}".formatted(field));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
    assertThat(answer.json().at("/error/message").asText()).contains(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"response_format\":\"\"",
        "\"response_format\":null",
        "\"background\":\"auto\"",
        "\"background\":null,\"moderation\":\"low\",\"quality\":\"high\",\"style\":\"vivid\"",
        "\"stream\":false,\"partial_images\":0",
        "\"stream\":null,\"partial_images\":null",
        "\"model\":\"\",\"size\":\"\",\"output_format\":\"\",\"background\":\"\",\"stream\":\"\""
      })
  void parametersThatChangeNothing_areAccepted(String fields) {
    JsonNode answer = client.post(PATH, "{\"prompt\":\"p\",%s}".formatted(fields)).json();
    assertThat(answer.at("/data/0/url").asText()).startsWith("http");
  }

  @Test
  void sizeOfTwoWrongSides_isNamedOnce() {
    JsonNode answer = client.post(PATH, "{\"prompt\":\"p\",\"size\":\"0x0\"}").json();
    assertThat(answer.at("/error/message").asText())
        .isEqualTo("size: found 0, allowed: a whole number from 1 to 4096");
  }

  private JsonNode awaitState(String state) {
    return Eventually.await("a job is " + state, TIMEOUT)
        .until(
            () -> client.get("/v1/jobs?limit=1&state=" + state).json().get("jobs"),
            jobs -> jobs.size() == 1)
        .get(0);
  }

  /** The data of the server-sent events. */
  private static List<JsonNode> events(GatewayTestClient.ApiResponse answer) {
    return new String(answer.response().body(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> KafkaS3Client.json(line.substring(6).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private Socket open(String body, String... headers) throws IOException {
    Socket socket = new Socket(root.getHost(), root.getPort());
    socket.setSoTimeout((int) TIMEOUT.toMillis());
    String head =
        "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %s\r\n%s\r\n"
            .formatted(PATH, body.length(), String.join("", headers));
    socket.getOutputStream().write((head + body).getBytes(StandardCharsets.US_ASCII));
    return socket;
  }
}
