package dev.sanaq.gateway.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A gateway whose answers lead to itself for images. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(ImageAddressTest.PublicUrlProfile.class)
class ImageAddressTest extends GatewayTestBase {
  private static final String PUBLIC = "https://images.example.com/art";

  /** With the address of a reverse proxy. */
  public static final class PublicUrlProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.public-url", PUBLIC + "/");
    }
  }

  @Test
  void imageUrls_leadToTheGateway() {
    startWorker();
    client.post("/v1/jobs", "{\"id\":\"%s\",\"prompt\":\"p\",\"count\":2}".formatted(id));
    JsonNode image = client.awaitState(id, "completed").get("images").get(1);
    String path = "/v1/jobs/%s/images/1".formatted(id);
    assertThat(image.get("url").asText()).isEqualTo(PUBLIC + path);
    assertThat(image.get("href").asText()).isEqualTo(path);
    assertThat(image.has("urlExpires")).isFalse();
    assertThat(client.get(path).response().body()).hasSize(image.get("bytes").asInt());

    JsonNode answer =
        client
            .post("/v1/images/generations", "{\"prompt\":\"p\",\"response_format\":\"url\"}")
            .json();
    String url = answer.get("data").get(0).get("url").asText();
    assertThat(url).startsWith(PUBLIC + "/v1/jobs/").endsWith("/images/0");
    assertThat(client.get(url.substring(PUBLIC.length())).status()).isEqualTo(200);
  }
}
