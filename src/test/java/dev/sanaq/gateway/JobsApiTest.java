package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.kafka.RecordHash;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs over HTTP, with a worker that does what the test says. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(JobsApiTest.ShortTimeoutsProfile.class)
class JobsApiTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @SuppressWarnings("NullAway.Init") // set before each test
  private ScriptedWorker worker;

  private final String request = "{\"id\":\"%s\",\"prompt\":\"a red apple\"}".formatted(id);

  /** Short times and a small limit. */
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
  void connectWorker() {
    worker = new ScriptedWorker(GatewayTestClient.serviceConfig());
    worker.publishStatus(true);
    Eventually.await("the worker is live", TIMEOUT)
        .until(() -> client.get("/v1/backlog").json().get("workers").asInt() == 1);
  }

  @AfterEach
  void cancelOpenJobs() {
    for (JsonNode job : client.get("/v1/jobs?limit=100").json().get("jobs")) {
      if (job.get("state").asText().matches("queued|running")) {
        worker.publishCancelled(job.get("id").asText());
        client.awaitState(job.get("id").asText(), "cancelled");
      }
    }
    worker.close();
  }

  @Test
  void metrics_queuedJob_exposeBacklogAndAge() {
    client.post("/v1/jobs", request);
    String one = "sanaq_backlog_jobs{model=\"\",state=\"queued\"} 1.0";
    // The gateway computes the backlog twice a second.
    String metrics =
        Eventually.await("the queued job in the metrics", TIMEOUT)
            .until(this::metrics, text -> text.contains(one));
    assertThat(metrics)
        .contains("sanaq_backlog_jobs{model=\"\",state=\"running\"} 0.0")
        .contains("sanaq_backlog_oldest_seconds{model=\"\",state=\"queued\"} ")
        .contains("sanaq_backlog_oldest_seconds{model=\"\",state=\"running\"} 0.0")
        .containsPattern("\\nsanaq_backlog_seconds\\{model=\"\"} (0\\.0*)?[1-9]");
  }

  /** The alerts on the objective read these buckets. */
  @Test
  void metrics_haveLatencyOfEachSizeFromTheStart() {
    for (String bucket : List.of("small\",le=\"300", "medium\",le=\"600", "large\",le=\"1800")) {
      assertThat(metrics())
          .contains(
              "\nsanaq_job_latency_seconds_bucket{model=\"\",size=\"%s.0\"} ".formatted(bucket));
    }
  }

  private String metrics() {
    return new String(client.get("/q/metrics").response().body(), StandardCharsets.UTF_8);
  }

  @Test
  void job_fromRequestToEnd_showsEveryState() {
    GatewayTestClient.ApiResponse sent = client.post("/v1/jobs", request);
    assertThat(sent.status()).isEqualTo(202);
    assertThat(sent.header("Location")).isEqualTo("/v1/jobs/" + id);
    assertThat(sent.json().get("id").asText()).isEqualTo(id);
    JsonNode queued = client.get(sent.header("Location")).json();
    assertThat(queued.get("state").asText()).isEqualTo("queued");
    assertThat(queued.get("queuePosition").asInt()).isEqualTo(1);
    assertThat(queued.get("expectedWaitSeconds").isIntegralNumber()).isTrue();
    assertThat(queued.get("workers").asInt()).isEqualTo(1);
    assertThat(queued.get("request").get("prompt").asText()).isEqualTo("a red apple");

    worker.publishStarted(id);
    assertThat(client.awaitState(id, "running").get("steps").asInt()).isEqualTo(4);
    worker.publishProgress(id, 3);
    JsonNode running = client.awaitJob(id, job -> job.path("step").asInt() == 3);
    assertThat(running.get("progressPercent").asInt()).isEqualTo(75);
    assertThat(running.get("worker").asText()).isEqualTo("hand");

    worker.publishFailed(id);
    JsonNode failed = client.awaitState(id, "failed");
    assertThat(failed.get("error").get("code").asText()).isEqualTo("out_of_memory");
    assertThat(failed.get("attempts").asInt()).isEqualTo(2);
    assertThat(failed.get("request").get("prompt").asText()).isEqualTo("a red apple");
  }

  @Test
  void jobsSentViaKafka_areVisible() {
    Map<String, String> services = GatewayTestClient.serviceConfig();
    String requests = services.get("sanaq.topics.requests");
    try (KafkaS3Client kafka = new KafkaS3Client(services)) {
      kafka.send(request);
      client.awaitState(id, "queued");
      long offset = kafka.send("{\"prompt\":\"nameless\"}");
      String hash = RecordHash.of(kafka.readRequest(0, offset));
      client.awaitState(requests + "-0-" + offset + "-" + hash, "queued");
    }
  }

  @Test
  void repeatedId_sameRequestIsSameJob_otherRequestConflicts() {
    assertThat(client.post("/v1/jobs", request).status()).isEqualTo(202);
    assertThat(client.post("/v1/jobs", request).json().get("id").asText()).isEqualTo(id);
    GatewayTestClient.ApiResponse other =
        client.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"a pear\"}".formatted(id));
    assertProblem(other, 409, "id_conflict");
    assertThat(client.get("/v1/backlog").json().get("queued").asInt()).isLessThanOrEqualTo(1);
  }

  @Test
  void idempotencyKey_determinesJobId() {
    String body = "{\"prompt\":\"p\"}";
    assertThat(client.post("/v1/jobs", body, "Idempotency-Key", id).json().get("id").asText())
        .isEqualTo(id);
    String first =
        client.post("/v1/jobs", body, "Idempotency-Key", "a key! " + id).json().get("id").asText();
    String again =
        client.post("/v1/jobs", body, "Idempotency-Key", "a key! " + id).json().get("id").asText();
    assertThat(first).startsWith("key-").isEqualTo(again);
  }

  @Test
  void invalidRequest_namesEveryWrongField() {
    GatewayTestClient.ApiResponse response =
        client.post("/v1/jobs", "{\"width\":0,\"guidance_scale\":3,\"solver\":\"magic\"}");
    assertProblem(response, 400, "invalid_request");
    assertThat(response.json().get("errors").findValuesAsText("field"))
        .containsExactlyInAnyOrder("prompt", "width", "guidance_scale", "solver");
  }

  @Test
  void badRequests_returnProblemWithStatus() {
    assertProblem(client.post("/v1/jobs", "{"), 400, "invalid_json");
    assertProblem(client.post("/v1/jobs", ""), 400, "invalid_json");
    assertProblem(client.post("/v1/jobs", "[]"), 400, "invalid_json");
    assertProblem(client.get("/v1/jobs/none"), 404, "not_found");
    assertProblem(client.get("/v1/jobs/%20"), 404, "not_found");
    assertProblem(client.get("/v1/nothing"), 404, "not_found");
    assertProblem(client.get("/v1/jobs?state=odd&limit=0"), 400, "invalid_request");
    assertThat(
            client.get("/v1/jobs?state=odd&limit=0").json().get("errors").findValuesAsText("found"))
        .containsExactly("\"odd\"", "\"0\"");
    assertProblem(client.get("/v1/jobs?state="), 400, "invalid_request");
    assertProblem(client.get("/v1/jobs?cursor=odd"), 400, "invalid_request");
    assertProblem(client.get("/v1/backlog", "Accept", "text/html"), 406, "not_acceptable");
    GatewayTestClient.ApiResponse put =
        client.send("PUT", "/v1/jobs", BodyPublishers.ofString("{}"));
    assertProblem(put, 405, "method_not_allowed");
    assertThat(put.header("Allow")).contains("GET", "POST");
    GatewayTestClient.ApiResponse text =
        client.send("POST", "/v1/jobs", BodyPublishers.ofString("x"), "Content-Type", "text/plain");
    assertProblem(text, 415, "unsupported_media_type");
    String long1 = "{\"prompt\":\"p\",\"metadata\":{\"a\":\"%s\"}}".formatted("x".repeat(16000));
    assertThat(client.post("/v1/jobs", long1).status()).isEqualTo(202);
    String padded = "{\"prompt\":\"p\",\"metadata\":{%s\"a\":1}}";
    String long2 = padded.formatted("\"b\":\"%s\",".formatted("\\u0001".repeat(9000)));
    assertProblem(client.post("/v1/jobs", long2), 413, "too_large");
  }

  @Test
  void cancellation_beforeOrAfterEnd_returnsMatchingStatus() throws Exception {
    client.post("/v1/jobs", request);
    assertThat(client.delete("/v1/jobs/" + id).status()).isEqualTo(202);

    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> client.delete("/v1/jobs/" + id, "Prefer", "wait=20"));
    assertPending(waiting);
    worker.publishCancelled(id);
    GatewayTestClient.ApiResponse response = waiting.get(20, TimeUnit.SECONDS);
    assertThat(response.status()).isEqualTo(200);
    assertThat(response.json().get("state").asText()).isEqualTo("cancelled");
    assertProblem(client.delete("/v1/jobs/" + id), 409, "job_already_ended");
    assertProblem(client.delete("/v1/jobs/none"), 404, "not_found");
  }

  @Test
  void preferWait_returnsEndOrCurrentState() throws Exception {
    GatewayTestClient.ApiResponse early =
        client.post("/v1/jobs", request, "Prefer", "respond-async, wait=1");
    assertThat(early.status()).isEqualTo(202);
    assertThat(early.header("Preference-Applied")).isEqualTo("wait=1");

    CompletableFuture<GatewayTestClient.ApiResponse> waiting =
        CompletableFuture.supplyAsync(() -> client.get("/v1/jobs/" + id, "Prefer", "wait=20"));
    CompletableFuture<GatewayTestClient.ApiResponse> again =
        CompletableFuture.supplyAsync(() -> client.post("/v1/jobs", request, "Prefer", "wait=20"));
    assertPending(waiting);
    assertPending(again);
    worker.publishCompleted(id, 1);
    assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(again.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
    assertThat(again.get().json().get("state").asText()).isEqualTo("completed");
  }

  @Test
  void list_byPageAndState_isNewestFirst() {
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sent.add(0, client.post("/v1/jobs", "{\"prompt\":\"p\"}").json().get("id").asText());
    }
    worker.publishFailed(sent.get(0));
    client.awaitState(sent.get(0), "failed");

    List<String> seen = new ArrayList<>();
    String next = "";
    do {
      JsonNode page = client.get("/v1/jobs?limit=2&cursor=" + next).json();
      page.get("jobs").forEach(job -> seen.add(job.get("id").asText()));
      next = page.path("next").asText();
    } while (!next.isEmpty() && seen.size() < 5);
    assertThat(seen.subList(0, 5)).isEqualTo(sent);
    JsonNode queued = client.get("/v1/jobs?state=queued").json().get("jobs");
    assertThat(queued).extracting(job -> job.get("id").asText()).isEqualTo(sent.subList(1, 5));
    assertThat(client.get("/v1/jobs?state=failed&limit=1").json().get("jobs").get(0).get("id"))
        .isEqualTo(client.get("/v1/jobs?limit=1").json().get("jobs").get(0).get("id"));
  }

  @Test
  void eventStream_sendsAllEvents_endsWithJob() throws Exception {
    client.post("/v1/jobs", request);
    List<String> received = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> end = readEventStream("", received);
    Eventually.await("a heartbeat", TIMEOUT).until(() -> received.contains(":alive"));
    worker.publishStarted(id);
    worker.publishProgress(id, 1);
    worker.publishProgress(id, 2);
    worker.publishFailed(id);
    end.get(20, TimeUnit.SECONDS);
    assertThat(received.stream().filter(line -> line.startsWith("id:")))
        .containsExactly(
            "id:%s/started-%s".formatted(id, ScriptedWorker.HASH),
            "id:%s/progress/1".formatted(id),
            "id:%s/progress/2".formatted(id),
            "id:%s/failed-%s".formatted(id, ScriptedWorker.HASH));
    assertThat(received).contains("event:started", "event:progress", "event:failed", ":alive");
    String data = received.stream().filter(line -> line.startsWith("data:")).findFirst().orElse("");
    assertThat(
            KafkaS3Client.json(data.substring(5).getBytes(StandardCharsets.UTF_8))
                .get("subject")
                .asText())
        .isEqualTo(id);
  }

  @Test
  void eventStream_withLastEventId_resumesAfterIt() throws Exception {
    client.post("/v1/jobs", request);
    worker.publishStarted(id);
    worker.publishProgress(id, 1);
    worker.publishProgress(id, 2);
    client.awaitJob(id, job -> job.path("step").asInt() == 2);
    List<String> received = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> end = readEventStream(id + "/progress/1", received);
    Eventually.await("the missed event", TIMEOUT)
        .until(() -> received.contains("id:%s/progress/2".formatted(id)));
    worker.publishFailed(id);
    end.get(20, TimeUnit.SECONDS);
    assertThat(received.stream().filter(line -> line.startsWith("id:")))
        .containsExactly(
            "id:%s/progress/2".formatted(id), "id:%s/failed-%s".formatted(id, ScriptedWorker.HASH));
    assertThat(
            client
                .get(
                    "/v1/jobs/" + id + "/events",
                    "Last-Event-ID",
                    id + "/failed-" + ScriptedWorker.HASH)
                .status())
        .as("the stream has ended: do not reconnect")
        .isEqualTo(204);
    assertProblem(client.get("/v1/jobs/none/events"), 404, "not_found");
  }

  @Test
  void fullBacklog_rejectsWithRetryAfter() {
    for (int i = 0; i < 3; i++) {
      String other = "other-" + i + "-" + id;
      client.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"p\"}".formatted(other));
      worker.publishCompleted(other, 150);
      client.awaitState(other, "completed");
    }
    client.post(
        "/v1/jobs",
        "{\"id\":\"%s\",\"prompt\":\"p\",\"width\":1000,\"height\":1000,\"steps\":4}"
            .formatted(id));
    client.awaitJob(id, job -> client.get("/v1/backlog").json().get("seconds").asDouble() > 120);

    GatewayTestClient.ApiResponse rejected = client.post("/v1/jobs", "{\"prompt\":\"one more\"}");
    assertProblem(rejected, 429, "backlog_full");
    assertThat(rejected.json().get("detail").asText())
        .matches("Backlog full: \\d+ s of work queued, limit 120 s .*");
    assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 100);
    assertThat(client.post("/v1/jobs", "{\"prompt\":\"one more\"}").status()).isEqualTo(429);
  }

  @Test
  void restartedGateway_answersAsBefore() {
    client.post("/v1/jobs", request);
    worker.publishStarted(id);
    worker.publishProgress(id, 2);
    client.awaitJob(id, job -> job.path("step").asInt() == 2);
    JsonNode before = client.get("/v1/jobs/" + id).json();
    GatewayRestart.stop(gateway);
    assertProblem(client.get("/v1/jobs/" + id), 503, "unavailable");
    GatewayRestart.start(gateway);
    client.awaitReady();
    assertThat(client.get("/v1/jobs/" + id).json()).isEqualTo(before);
  }

  /** Adds the lines of the event stream to a list, until the gateway ends the stream. */
  private CompletableFuture<Void> readEventStream(String lastEventId, List<String> received) {
    return CompletableFuture.runAsync(
        () -> {
          try (Stream<String> lines =
              client.stream("/v1/jobs/" + id + "/events", "Last-Event-ID", lastEventId)) {
            lines.forEach(received::add);
          }
        });
  }

  /** Asserts that a request waits. A response that is never early shows only in time. */
  private static void assertPending(CompletableFuture<?> request) {
    Eventually.await("no early response", TIMEOUT)
        .during(Duration.ofMillis(300))
        .until(() -> !request.isDone());
  }

  private static void assertProblem(
      GatewayTestClient.ApiResponse response, int status, String code) {
    assertThat(response.status())
        .as(new String(response.response().body(), StandardCharsets.UTF_8))
        .isEqualTo(status);
    if (!code.isEmpty()) {
      assertThat(response.header("Content-Type")).startsWith("application/problem+json");
      assertThat(response.json().get("type").asText()).isEqualTo("urn:sanaq:problem:" + code);
      assertThat(response.json().get("status").asInt()).isEqualTo(status);
    }
  }
}
