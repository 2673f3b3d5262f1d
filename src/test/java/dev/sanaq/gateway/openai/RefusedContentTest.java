package dev.sanaq.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.webhook.TestReceiver;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job that a safety policy refuses, over both HTTP APIs, with a real worker and service. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class RefusedContentTest extends GatewayTestBase {
  private final GradientImageGenerator generator = new GradientImageGenerator();

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestReceiver server;

  @BeforeEach
  void start() {
    byte[] answer =
        "{\"allowed\": false, \"policy\": \"no-weapons\"}".getBytes(StandardCharsets.UTF_8);
    server =
        new TestReceiver(
            exchange -> {
              exchange.sendResponseHeaders(200, answer.length);
              exchange.getResponseBody().write(answer);
            });
    startWorker(
        generator,
        Map.of("sanaq.safety.hook.url", server.url(), "sanaq.safety.hook.retry-timeout", "PT0.2S"));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void jobsApi_showsCodeAndPolicyAlone() {
    JsonNode job =
        client
            .post(
                "/v1/jobs",
                "{\"id\":\"%s\",\"prompt\":\"a hidden sword\"}".formatted(id),
                "Prefer",
                "wait=20")
            .json();
    assertThat(job.get("state").asText()).isEqualTo("failed");
    JsonNode error = client.get("/v1/jobs/" + id).json().get("error");
    assertThat(error).isEqualTo(job.get("error"));
    assertThat(error.toString())
        .isEqualTo(
            "{\"code\":\"content_refused\",\"message\":\"refused by the safety policy no-weapons\","
                + "\"retryable\":false,\"fields\":[],\"policy\":\"no-weapons\"}");
    assertThat(generator.generationCount()).isZero();
  }

  @Test
  void openAiApi_answersAsOpenAisModels() {
    GatewayTestClient.ApiResponse response =
        client.post("/v1/images/generations", "{\"prompt\":\"a hidden sword\"}");
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.json().get("error").toString())
        .isEqualTo(
            "{\"message\":\"refused by the safety policy no-weapons\","
                + "\"type\":\"image_generation_user_error\",\"param\":null,"
                + "\"code\":\"moderation_blocked\"}");
    assertThat(generator.generationCount()).isZero();
  }

  @Test
  void openAiApi_serviceDown_isUnavailable() {
    server.close();
    GatewayTestClient.ApiResponse response =
        client.post("/v1/images/generations", "{\"prompt\":\"a hidden sword\"}");
    assertThat(response.status()).isEqualTo(503);
    JsonNode error = response.json().get("error");
    assertThat(error.get("code").asText()).isEqualTo("safety_unavailable");
    assertThat(error.get("type").asText()).isEqualTo("server_error");
    assertThat(response.header("Retry-After")).isNotEmpty();
  }
}
