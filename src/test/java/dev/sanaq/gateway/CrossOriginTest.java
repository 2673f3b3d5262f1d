package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gateway without keys, and web pages that are not its own. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class CrossOriginTest extends GatewayTestBase {
  private static final String REQUEST = "{\"prompt\":\"a pear\"}";

  @ParameterizedTest
  @ValueSource(
      strings = {"https://evil.example", "http://localhost:1", "null", "http://evil.localhost"})
  void request_fromPageOfAnotherOrigin_isForbidden(String origin) {
    GatewayTestClient.ApiResponse response = client.post("/v1/jobs", REQUEST, "Origin", origin);
    assertThat(response.status()).isEqualTo(403);
    assertThat(response.json().get("type").asText())
        .isEqualTo("urn:sanaq:problem:forbidden_origin");
    assertThat(client.get("/v1/jobs", "Origin", origin).status()).isEqualTo(403);
  }

  @Test
  void request_fromOwnPage_isAccepted() {
    String origin = "http://" + root.getAuthority();
    assertThat(client.post("/v1/jobs", REQUEST, "Origin", origin).status()).isEqualTo(202);
  }

  @Test
  void request_withoutContentType_isUnsupported() {
    assertThat(client.send("POST", "/v1/jobs", BodyPublishers.ofString(REQUEST)).status())
        .isEqualTo(415);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rebind.example",
        "rebind.example:80",
        "192.0.2.1",
        "localhost.evil.example",
        "a_b:80"
      })
  void request_toForeignHost_isForbidden(String host) throws IOException {
    assertThat(rawGet(host)).startsWith("HTTP/1.1 403").contains("forbidden_host");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:8080", "127.0.0.1", "[::1]:8080"})
  void request_toLoopbackName_isAccepted(String host) throws IOException {
    assertThat(rawGet(host)).startsWith("HTTP/1.1 200");
  }

  // Java's client does not let a program choose the header Host.
  private String rawGet(String host) throws IOException {
    try (Socket socket = new Socket(root.getHost(), root.getPort());
        InputStream in = socket.getInputStream()) {
      String head = "GET /v1/backlog HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
