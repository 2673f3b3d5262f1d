package dev.sanaq.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Quarkus' CORS settings let the pages of one other origin call a gateway without keys. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(CorsTest.OneOriginProfile.class)
class CorsTest extends GatewayTestBase {
  private static final String ALLOWED = "https://app.example";
  private static final String FOREIGN = "https://evil.example";
  private static final String REQUEST = "{\"prompt\":\"a pear\"}";

  /** What the documentation says. */
  public static final class OneOriginProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of(
          "quarkus.http.cors.enabled", "true",
          "quarkus.http.cors.origins", ALLOWED,
          "quarkus.http.cors.exposed-headers", "Location,Retry-After,ETag,Allow");
    }
  }

  /** What a browser asks before it sends a request that a form could not. */
  @ParameterizedTest
  @CsvSource({
    "POST, /v1/jobs, 'content-type,authorization,idempotency-key,prefer'",
    "DELETE, /v1/jobs/a, authorization",
    "GET, /v1/jobs/a/events, 'authorization,last-event-id'",
    "POST, /v1/uploads, content-type",
    "POST, /v1/images/generations, 'content-type,authorization,x-stainless-lang'",
    "POST, /v1/images/edits, authorization"
  })
  void preflight_ofAllowedOrigin_isGranted(String method, String path, String headers) {
    GatewayTestClient.ApiResponse answer = preflight(ALLOWED, method, path, headers);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
    assertThat(answer.header("Access-Control-Allow-Methods")).contains(method);
    assertThat(answer.header("Access-Control-Allow-Headers").toLowerCase()).contains(headers);
  }

  @Test
  void preflight_ofAnotherOrigin_isRefused() {
    GatewayTestClient.ApiResponse answer = preflight(FOREIGN, "POST", "/v1/jobs", "content-type");
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void request_ofAllowedOrigin_canBeRead() {
    GatewayTestClient.ApiResponse answer = client.post("/v1/jobs", REQUEST, "Origin", ALLOWED);
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
    assertThat(answer.header("Access-Control-Expose-Headers")).contains("Location", "Retry-After");
    GatewayTestClient.ApiResponse wrong = client.post("/v1/jobs", "{}", "Origin", ALLOWED);
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.header("Access-Control-Allow-Origin")).isEqualTo(ALLOWED);
  }

  @Test
  void request_ofAnotherOrigin_isRefused() {
    assertThat(client.post("/v1/jobs", REQUEST, "Origin", FOREIGN).status()).isEqualTo(403);
    assertThat(client.get("/v1/jobs").json().get("jobs").toString()).doesNotContain("evil");
  }

  private GatewayTestClient.ApiResponse preflight(
      String origin, String method, String path, String headers) {
    return client.send(
        "OPTIONS",
        path,
        BodyPublishers.noBody(),
        "Origin",
        origin,
        "Access-Control-Request-Method",
        method,
        "Access-Control-Request-Headers",
        headers);
  }
}
