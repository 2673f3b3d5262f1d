package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs over HTTP, with a worker that does what the test says. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(JobsApiTest.ShortTimeoutsProfile.class)
class JobsApiTest {
  @Inject GatewayLifecycle gateway;

  @TestHTTPResource("/")
  @SuppressWarnings("NullAway.Init") // the test's framework sets it
  URI root;

  @SuppressWarnings("NullAway.Init") // set before each test
  private GatewayTestClient api;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ScriptedWorker worker;

  private final String id = "job-" + UUID.randomUUID();
  private final String request = "{\"id\":\"%s\",\"prompt\":\"a red apple\"}".formatted(id);

  /** Short times. */
  public static final class ShortTimeoutsProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.gateway.heartbeat", "PT0.2S",
          "sanaq.gateway.max-backlog", "PT2M",
          "sanaq.limits.max-record-bytes", "20000");
    }
  }

  @BeforeEach
  void start() {
    api = new GatewayTestClient(root);
    worker = new ScriptedWorker(GatewayTestClient.serviceConfig());
    gateway.start();
    api.awaitReady();
  }

  @AfterEach
  void stop() {
    for (JsonNode job : api.get("/v1/jobs?limit=100").json().get("jobs")) {
      if (job.get("state").asText().matches("queued|running")) {
        worker.publishCancelled(job.get("id").asText());
        api.awaitState(job.get("id").asText(), "cancelled");
      }
    }
    worker.close();
    GatewayRestart.stop(gateway);
  }

  @Test
  void metrics_queuedJob_exposeBacklogAndAge() throws Exception {
    api.post("/v1/jobs", request);
    String one = "sanaq_backlog_jobs{state=\"queued\"} 1.0";
    String told = metrics();
    // The backlog is reckoned anew twice a second.
    for (int i = 0; i < 200 && !told.contains(one); i++) {
      Thread.sleep(50);
      told = metrics();
    }
    assertThat(told)
        .contains(one)
        .contains("sanaq_backlog_jobs{state=\"running\"} 0.0")
        .contains("sanaq_backlog_oldest_seconds{state=\"queued\"} ")
        .contains("sanaq_backlog_oldest_seconds{state=\"running\"} 0.0")
        .containsPattern("\\nsanaq_backlog_seconds [1-9]");
  }

  private String metrics() {
    return new String(api.get("/q/metrics").response().body(), StandardCharsets.UTF_8);
  }

  @Test
  void job_fromRequestToEnd_showsEveryState() {
    GatewayTestClient.ApiResponse sent = api.post("/v1/jobs", request);
    assertThat(sent.status()).isEqualTo(202);
    assertThat(sent.header("Location")).isEqualTo("/v1/jobs/" + id);
    assertThat(sent.json().get("id").asText()).isEqualTo(id);
    JsonNode queued = api.get(sent.header("Location")).json();
    assertThat(queued.get("state").asText()).isEqualTo("queued");
    assertThat(queued.get("queuePosition").asInt()).isEqualTo(1);
    assertThat(queued.get("expectedWaitSeconds").isIntegralNumber()).isTrue();
    assertThat(queued.get("request").get("prompt").asText()).isEqualTo("a red apple");

    worker.publishStarted(id);
    assertThat(api.awaitState(id, "running").get("steps").asInt()).isEqualTo(4);
    worker.publishProgress(id, 3);
    JsonNode running = api.awaitJob(id, job -> job.path("step").asInt() == 3);
    assertThat(running.get("progressPercent").asInt()).isEqualTo(75);
    assertThat(running.get("worker").asText()).isEqualTo("hand");

    worker.publishFailed(id);
    JsonNode failed = api.awaitState(id, "failed");
    assertThat(failed.get("error").get("code").asText()).isEqualTo("out_of_memory");
    assertThat(failed.get("attempts").asInt()).isEqualTo(2);
    assertThat(failed.get("request").get("prompt").asText()).isEqualTo("a red apple");
  }

  @Test
  void jobsSentViaKafka_areVisible() {
    try (KafkaS3Client outside = new KafkaS3Client(GatewayTestClient.serviceConfig())) {
      outside.send(request);
      api.awaitState(id, "queued");
      long offset = outside.send("{\"prompt\":\"nameless\"}");
      api.awaitState("sanaq.requests-0-" + offset, "queued");
    }
  }

  @Test
  void repeatedId_sameRequestIsSameJob_otherRequestConflicts() {
    assertThat(api.post("/v1/jobs", request).status()).isEqualTo(202);
    assertThat(api.post("/v1/jobs", request).json().get("id").asText()).isEqualTo(id);
    GatewayTestClient.ApiResponse other =
        api.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"a pear\"}".formatted(id));
    assertProblem(other, 409, "id_conflict");
    assertThat(api.get("/v1/backlog").json().get("queued").asInt()).isLessThanOrEqualTo(1);
  }

  @Test
  void idempotencyKey_determinesJobId() {
    String body = "{\"prompt\":\"p\"}";
    assertThat(api.post("/v1/jobs", body, "Idempotency-Key", id).json().get("id").asText())
        .isEqualTo(id);
    String first =
        api.post("/v1/jobs", body, "Idempotency-Key", "a key! " + id).json().get("id").asText();
    String again =
        api.post("/v1/jobs", body, "Idempotency-Key", "a key! " + id).json().get("id").asText();
    assertThat(first).startsWith("key-").isEqualTo(again);
  }

  @Test
  void invalidRequest_namesEveryWrongField() {
    GatewayTestClient.ApiResponse answer =
        api.post("/v1/jobs", "{\"width\":0,\"guidance_scale\":3,\"solver\":\"magic\"}");
    assertProblem(answer, 400, "invalid_request");
    assertThat(answer.json().get("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("prompt", "width", "guidance_scale", "solver");
  }

  @Test
  void badRequests_returnProblemWithStatus() {
    assertProblem(api.post("/v1/jobs", "{"), 400, "invalid_json");
    assertProblem(api.post("/v1/jobs", ""), 400, "invalid_json");
    assertProblem(api.post("/v1/jobs", "[]"), 400, "invalid_json");
    assertProblem(api.get("/v1/jobs/none"), 404, "not_found");
    assertProblem(api.get("/v1/jobs/%20"), 404, "not_found");
    assertProblem(api.get("/v1/nothing"), 404, "not_found");
    assertProblem(api.get("/v1/jobs?state=odd&limit=0"), 400, "invalid_request");
    assertThat(api.get("/v1/jobs?state=odd&limit=0").json().get("errors").findValuesAsText("found"))
        .containsExactly("\"odd\"", "\"0\"");
    assertProblem(api.get("/v1/jobs?state="), 400, "invalid_request");
    assertProblem(api.get("/v1/jobs?cursor=odd"), 400, "invalid_request");
    assertProblem(api.get("/v1/backlog", "Accept", "text/html"), 406, "not_acceptable");
    GatewayTestClient.ApiResponse put = api.send("PUT", "/v1/jobs", BodyPublishers.ofString("{}"));
    assertProblem(put, 405, "method_not_allowed");
    assertThat(put.header("Allow")).contains("GET", "POST");
    GatewayTestClient.ApiResponse text =
        api.send("POST", "/v1/jobs", BodyPublishers.ofString("x"), "Content-Type", "text/plain");
    assertProblem(text, 415, "unsupported_media_type");
    String long1 = "{\"prompt\":\"p\",\"metadata\":{\"a\":\"%s\"}}".formatted("x".repeat(16000));
    assertThat(api.post("/v1/jobs", long1).status()).isEqualTo(202);
    String padded = "{\"prompt\":\"p\",\"metadata\":{%s\"a\":1}}";
    String long2 = padded.formatted("\"b\":\"%s\",".formatted("\\u0001".repeat(9000)));
    assertProblem(api.post("/v1/jobs", long2), 413, "too_large");
  }

  @Test
  void cancellation_beforeOrAfterEnd_returnsMatchingStatus() throws Exception {
    api.post("/v1/jobs", request);
    assertThat(api.delete("/v1/jobs/" + id).status()).isEqualTo(202);

    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> api.delete("/v1/jobs/" + id, "Prefer", "wait=20"));
    Thread.sleep(300);
    worker.publishCancelled(id);
    GatewayTestClient.ApiResponse answer = waiting.get(20, TimeUnit.SECONDS);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.json().get("state").asText()).isEqualTo("cancelled");
    assertProblem(api.delete("/v1/jobs/" + id), 409, "job_already_ended");
    assertProblem(api.delete("/v1/jobs/none"), 404, "not_found");
  }

  @Test
  void preferWait_returnsEndOrCurrentState() throws Exception {
    GatewayTestClient.ApiResponse early =
        api.post("/v1/jobs", request, "Prefer", "respond-async, wait=1");
    assertThat(early.status()).isEqualTo(202);
    assertThat(early.header("Preference-Applied")).isEqualTo("wait=1");

    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> api.get("/v1/jobs/" + id, "Prefer", "wait=20"));
    CompletableFuture<GatewayTestClient.ApiResponse> again =
        CompletableFuture.supplyAsync(() -> api.post("/v1/jobs", request, "Prefer", "wait=20"));
    Thread.sleep(300);
    worker.publishCompleted(id, 1);
    assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(again.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(again.get().json().get("state").asText()).isEqualTo("completed");
  }

  @Test
  void list_byPageAndState_isNewestFirst() {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sent.add(0, api.post("/v1/jobs", "{\"prompt\":\"p\"}").json().get("id").asText());
    }
    worker.publishFailed(sent.get(0));
    api.awaitState(sent.get(0), "failed");

    List<String> seen = new ArrayList<>();
    String next = "";
    do {
      JsonNode page = api.get("/v1/jobs?limit=2&cursor=" + next).json();
      page.get("jobs").forEach(job -> seen.add(job.get("id").asText()));
      next = page.path("next").asText();
    } while (!next.isEmpty() && seen.size() < 5);
    assertThat(seen.subList(0, 5)).isEqualTo(sent);
    JsonNode queued = api.get("/v1/jobs?state=queued").json().get("jobs");
    assertThat(queued).extracting(job -> job.get("id").asText()).isEqualTo(sent.subList(1, 5));
    assertThat(api.get("/v1/jobs?state=failed&limit=1").json().get("jobs").get(0).get("id"))
        .isEqualTo(api.get("/v1/jobs?limit=1").json().get("jobs").get(0).get("id"));
  }

  @Test
  void eventStream_sendsAllEvents_endsWithJob() throws Exception {
    api.post("/v1/jobs", request);
    CompletableFuture<List<String>> lines = readEventStream("");
    Thread.sleep(500);
    worker.publishStarted(id);
    worker.publishProgress(id, 1);
    worker.publishProgress(id, 2);
    worker.publishFailed(id);
    List<String> all = lines.get(20, TimeUnit.SECONDS);
    assertThat(all.stream().filter(line -> line.startsWith("id:")))
        .containsExactly(
            "id:%s/started".formatted(id),
            "id:%s/progress/1".formatted(id),
            "id:%s/progress/2".formatted(id),
            "id:%s/failed".formatted(id));
    assertThat(all).contains("event:started", "event:progress", "event:failed", ":alive");
    String data = all.stream().filter(line -> line.startsWith("data:")).findFirst().orElse("");
    assertThat(
            KafkaS3Client.json(data.substring(5).getBytes(StandardCharsets.UTF_8))
                .get("subject")
                .asText())
        .isEqualTo(id);
  }

  @Test
  void eventStream_withLastEventId_resumesAfterIt() throws Exception {
    api.post("/v1/jobs", request);
    worker.publishStarted(id);
    worker.publishProgress(id, 1);
    worker.publishProgress(id, 2);
    api.awaitJob(id, job -> job.path("step").asInt() == 2);
    CompletableFuture<List<String>> lines = readEventStream(id + "/progress/1");
    Thread.sleep(300);
    worker.publishFailed(id);
    assertThat(lines.get(20, TimeUnit.SECONDS).stream().filter(line -> line.startsWith("id:")))
        .containsExactly("id:%s/progress/2".formatted(id), "id:%s/failed".formatted(id));
    assertThat(api.get("/v1/jobs/" + id + "/events", "Last-Event-ID", id + "/failed").status())
        .as("nothing to come again for")
        .isEqualTo(204);
    assertProblem(api.get("/v1/jobs/none/events"), 404, "not_found");
  }

  @Test
  void fullBacklog_rejectsWithRetryAfter() {
    String other = "other-" + id;
    api.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(other));
    worker.publishCompleted(other, 150);
    api.awaitState(other, "completed");
    api.post(
        "/v1/jobs",
        "{\"id\":\"%s\",\"prompt\":\"p\",\"width\":1000,\"height\":1000,\"steps\":4}"
            .formatted(id));
    api.awaitJob(id, job -> api.get("/v1/backlog").json().get("seconds").asDouble() > 120);

    GatewayTestClient.ApiResponse refused = api.post("/v1/jobs", "{\"prompt\":\"one more\"}");
    assertProblem(refused, 429, "backlog_full");
    assertThat(refused.json().get("detail").asText())
        .matches("Backlog full: \\d+ s of work queued, limit 120 s .*");
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 100);
    assertThat(api.post("/v1/jobs", "{\"prompt\":\"one more\"}").status()).isEqualTo(429);
  }

  @Test
  void restartedGateway_answersAsBefore() {
    api.post("/v1/jobs", request);
    worker.publishStarted(id);
    worker.publishProgress(id, 2);
    api.awaitJob(id, job -> job.path("step").asInt() == 2);
    JsonNode before = api.get("/v1/jobs/" + id).json();
    GatewayRestart.stop(gateway);
    assertProblem(api.get("/v1/jobs/" + id), 503, "unavailable");
    gateway.start();
    api.awaitReady();
    assertThat(api.get("/v1/jobs/" + id).json()).isEqualTo(before);
  }

  private CompletableFuture<List<String>> readEventStream(String lastEventId) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (Stream<String> lines =
              api.stream("/v1/jobs/" + id + "/events", "Last-Event-ID", lastEventId)) {
            return lines.toList();
          }
        });
  }

  private static void assertProblem(GatewayTestClient.ApiResponse answer, int status, String code) {
    assertThat(answer.status())
        .as(new String(answer.response().body(), StandardCharsets.UTF_8))
        .isEqualTo(status);
    if (!code.isEmpty()) {
      assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
      assertThat(answer.json().get("type").asText()).isEqualTo("urn:sanaq:problem:" + code);
      assertThat(answer.json().get("status").asInt()).isEqualTo(status);
    }
  }
}
