package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.webhook.lifecycle.WebhookService;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Owners cannot see, cancel or fetch each other's jobs, at any address. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(ApiKeysTest.OwnersProfile.class)
class ApiKeysTest extends GatewayTestBase {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String REQUEST = "{\"id\":\"%s\",\"prompt\":\"a pear\"}";

  private static boolean started;

  @Inject WebhookService webhooks;

  @SuppressWarnings("NullAway.Init") // set before each test
  private GatewayTestClient alice;

  @SuppressWarnings("NullAway.Init") // set before each test
  private GatewayTestClient bob;

  /** Three owners, one of them with quotas. */
  public static final class OwnersProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "sanaq.gateway.keys.alice.sha256",
          Sha256.hex("alice's key") + "," + Sha256.hex("alice's next key"),
          "sanaq.webhook.secrets",
          "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
          "sanaq.gateway.keys.bob.sha256",
          Sha256.hex("bob's key"),
          "sanaq.gateway.keys.carol.sha256",
          Sha256.hex("carol's key"),
          "sanaq.gateway.keys.carol.jobs-per-day",
          "2",
          "sanaq.gateway.keys.dave.sha256",
          Sha256.hex("dave's key"),
          "sanaq.gateway.keys.dave.requests-per-minute",
          "3");
    }
  }

  @Override
  protected String[] clientHeaders() {
    return new String[] {"Authorization", "Bearer alice's key"};
  }

  /** With a secret the program is ready once it delivers webhooks. */
  @Override
  @BeforeEach
  protected void startGateway() {
    if (!started) {
      webhooks.start();
      started = true;
    }
    super.startGateway();
  }

  @BeforeEach
  void start() {
    alice = client;
    bob = new GatewayTestClient(root, "X-API-Key", "bob's key");
    startWorker();
  }

  @Test
  void invalidKey_everyPath_isUnauthorized() {
    for (GatewayTestClient stranger :
        new GatewayTestClient[] {
          new GatewayTestClient(root),
          new GatewayTestClient(root, "X-API-Key", "mallory's key"),
          new GatewayTestClient(root, "Authorization", "Basic alice's key")
        }) {
      for (String path : new String[] {"jobs", "jobs/a", "jobs/a/events", "jobs/a/images/0"}) {
        assertThat(stranger.get("/v1/" + path).status()).as(path).isEqualTo(401);
      }
      assertThat(stranger.get("/v1/backlog").header("WWW-Authenticate")).isEqualTo("Bearer");
      assertThat(stranger.get("/v1/models").json().has("error")).isTrue();
      assertThat(stranger.delete("/v1/jobs/a").status()).isEqualTo(401);
      assertThat(stranger.post("/v1/jobs", "{}").status()).isEqualTo(401);
      assertThat(stranger.post("/v1/images/generations", "{}").status()).isEqualTo(401);
    }
    GatewayTestClient next = new GatewayTestClient(root, "X-API-Key", "alice's next key");
    assertThat(next.get("/v1/jobs").status()).isEqualTo(200);
  }

  @Test
  void ownersJob_otherOwnerOnAnyPath_isNotFound() {
    GatewayTestClient.ApiResponse completed =
        alice.post("/v1/jobs", REQUEST.formatted(id), "Prefer", "wait=20");
    String full = "alice:" + id;
    assertThat(completed.json().get("id").asText()).isEqualTo(full);
    assertThat(alice.get("/v1/jobs/" + id).json().get("id").asText()).isEqualTo(full);
    assertThat(alice.get("/v1/jobs/" + full).json().get("id").asText()).isEqualTo(full);
    assertThat(alice.get("/v1/jobs/" + id + "/images/0").status()).isEqualTo(200);
    assertThat(alice.get("/v1/jobs").json().findValuesAsText("id")).contains(full);

    for (String name : new String[] {id, full}) {
      String path = "/v1/jobs/" + name;
      assertThat(bob.get(path).status()).isEqualTo(404);
      assertThat(bob.get(path, "Prefer", "wait=1").status()).isEqualTo(404);
      assertThat(bob.delete(path).status()).isEqualTo(404);
      assertThat(bob.get(path + "/events").status()).isEqualTo(404);
      assertThat(bob.get(path + "/images/0").status()).isEqualTo(404);
    }
    assertThat(bob.get("/v1/jobs").json().findValuesAsText("id")).doesNotContain(full, id);
    assertThat(bob.get("/v1/jobs").json().toString()).doesNotContain(id);
  }

  @Tag("slow") // waits for the webhook consumer group to form
  @Test
  void deliveries_listAndResend_onlyByOwner() {
    String called =
        "{\"id\":\"%s\",\"prompt\":\"p\",\"callbackUrl\":\"https://10.0.0.1/x\"}".formatted(id);
    alice.post("/v1/jobs", called, "Prefer", "wait=20");
    String path = "/v1/jobs/" + id + "/deliveries";
    Eventually.await("the refused delivery", TIMEOUT)
        .untilAsserted(() -> assertThat(alice.get(path).json().toString()).contains("refused"));
    JsonNode delivery = alice.get(path).json().get("deliveries").get(0);
    assertThat(delivery.get("id").asText()).isEqualTo("alice:" + id + "/completed");
    assertThat(delivery.get("url").asText()).isEqualTo("https://10.0.0.1/x");
    webhooks.stop();
    started = false;

    assertThat(bob.get(path).status()).isEqualTo(404);
    assertThat(bob.post(path + "/completed/resend", "").status()).isEqualTo(404);
    String full = "/v1/jobs/alice:" + id + "/deliveries";
    assertThat(bob.get(full).status()).isEqualTo(404);
    assertThat(bob.post(full + "/completed/resend", "").status()).isEqualTo(404);
    assertThat(new GatewayTestClient(root).get(path).status()).isEqualTo(401);

    assertThat(alice.post(path + "/failed/resend", "").status()).isEqualTo(404);
    JsonNode again = alice.post(path + "/completed/resend", "").json();
    assertThat(again.get("status").asText()).isEqualTo("pending");
    assertThat(again.get("attempts").asInt()).isZero();
  }

  @Test
  void idOfAnotherOwner_isFreeAndLeaksNothing() {
    alice.post("/v1/jobs", REQUEST.formatted(id), "Prefer", "wait=20");
    String other = "{\"id\":\"%s\",\"prompt\":\"something else\"}".formatted(id);
    GatewayTestClient.ApiResponse his = bob.post("/v1/jobs", other, "Prefer", "wait=20");
    assertThat(his.status()).isEqualTo(200);
    assertThat(his.json().get("id").asText()).isEqualTo("bob:" + id);
    assertThat(his.json().get("request").get("prompt").asText()).isEqualTo("something else");
    GatewayTestClient.ApiResponse posing =
        bob.post("/v1/jobs", REQUEST.formatted("alice:" + id), "Prefer", "wait=20");
    assertThat(posing.json().get("id").asText()).isEqualTo("bob:alice:" + id);
    assertThat(alice.get("/v1/jobs/" + id).json().get("request").get("prompt").asText())
        .isEqualTo("a pear");
  }

  @Test
  void ownership_afterRestart_isPreserved() {
    alice.post("/v1/jobs", REQUEST.formatted(id), "Prefer", "wait=20");
    GatewayRestart.restart(gateway);
    alice.awaitReady();
    assertThat(alice.get("/v1/jobs/" + id).status()).isEqualTo(200);
    assertThat(bob.get("/v1/jobs/" + id).status()).isEqualTo(404);
    assertThat(bob.get("/v1/jobs/alice:" + id).status()).isEqualTo(404);
  }

  @Test
  void idTooLongWithOwnerPrefix_isRejected() {
    GatewayTestClient.ApiResponse response =
        alice.post("/v1/jobs", REQUEST.formatted("x".repeat(123)));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.json().get("errors").get(0).get("allowed").asText()).contains("122");
    assertThat(alice.get("/v1/jobs/" + "x".repeat(200)).status()).isEqualTo(404);
  }

  @Test
  void dailyQuota_afterRestart_isStillCounted() {
    GatewayTestClient carol = new GatewayTestClient(root, "X-API-Key", "carol's key");
    String body = "{\"prompt\":\"p\"}";
    assertThat(carol.post("/v1/jobs", body).status()).isEqualTo(202);
    assertThat(carol.post("/v1/jobs", body).status()).isEqualTo(202);
    assertThat(carol.post("/v1/jobs", body).status()).isEqualTo(429);
    GatewayRestart.restart(gateway);
    carol.awaitReady();
    GatewayTestClient.ApiResponse rejected = carol.post("/v1/jobs", body);
    assertThat(rejected.status()).isEqualTo(429);
    assertThat(rejected.json().get("type").asText()).isEqualTo("urn:sanaq:problem:quota_exceeded");
    assertThat(Long.parseLong(rejected.header("Retry-After"))).isBetween(1L, 86_400L);
    assertThat(alice.post("/v1/jobs", body).status()).isEqualTo(202);
  }

  @Test
  void rateLimit_exceeded_rejectsWithRetryAfter() {
    GatewayTestClient dave = new GatewayTestClient(root, "X-API-Key", "dave's key");
    for (int i = 0; i < 3; i++) {
      assertThat(dave.get("/v1/jobs").status()).isEqualTo(200);
    }
    GatewayTestClient.ApiResponse rejected = dave.get("/v1/jobs");
    assertThat(rejected.status()).isEqualTo(429);
    assertThat(rejected.json().get("type").asText()).isEqualTo("urn:sanaq:problem:rate_limited");
    assertThat(Integer.parseInt(rejected.header("Retry-After"))).isBetween(1, 20);
    assertThat(alice.get("/v1/jobs").status()).isEqualTo(200);
  }
}
