package dev.sanaq.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.job.Sha256;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.GatewayCommandRunner;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From a request over HTTP to the image over HTTP, with a real worker. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(ImagesApiTest.ShortRetentionProfile.class)
class ImagesApiTest extends GatewayTestBase {
  /** A job view that evicts jobs soon. */
  public static final class ShortRetentionProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.gateway.max-retained-jobs", "3", "sanaq.gateway.max-wait", "PT20S");
    }
  }

  @BeforeEach
  void start() {
    startWorker();
  }

  @Test
  void preferWait_returnsImages() {
    JsonNode job = generate(id, 2);
    assertThat(job.get("state").asText()).isEqualTo("completed");
    assertThat(job.get("images")).hasSize(2);
    JsonNode second = job.get("images").get(1);
    assertThat(second.get("seed").asLong()).isEqualTo(8);
    assertThat(client.get(second.get("url").asText()).status()).isEqualTo(200);
    byte[] image = client.get(second.get("href").asText()).response().body();
    assertThat(Sha256.hex(image)).isEqualTo(second.get("sha256").asText());
    assertThat(job.get("request").get("steps").asInt()).isEqualTo(4);
    assertThat(job.get("timings").isEmpty()).isFalse();
  }

  @Test
  void image_rangeAndETagRequests_arePartialOrNotModified() {
    JsonNode image = generate(id, 1).get("images").get(0);
    String href = image.get("href").asText();
    String tag = '"' + image.get("sha256").asText() + '"';
    GatewayTestClient.ApiResponse whole = client.get(href);
    byte[] bytes = whole.response().body();
    assertThat(whole.header("Content-Type")).isEqualTo("image/png");
    assertThat(whole.header("ETag")).isEqualTo(tag);
    assertThat(whole.header("Cache-Control")).contains("immutable");

    GatewayTestClient.ApiResponse part = client.get(href, "Range", "bytes=10-19");
    assertThat(part.status()).isEqualTo(206);
    assertThat(part.header("Content-Range")).isEqualTo("bytes 10-19/" + bytes.length);
    assertThat(part.response().body()).isEqualTo(Arrays.copyOfRange(bytes, 10, 20));
    assertThat(client.get(href, "Range", "bytes=-5").response().body())
        .isEqualTo(Arrays.copyOfRange(bytes, bytes.length - 5, bytes.length));
    GatewayTestClient.ApiResponse beyond = client.get(href, "Range", "bytes=99999999-");
    assertThat(beyond.status()).isEqualTo(416);
    assertThat(beyond.header("Content-Range")).isEqualTo("bytes */" + bytes.length);
    assertThat(client.get(href, "Range", "bytes=5-2").status()).isEqualTo(200);
    assertThat(client.get(href, "Range", "bytes=0-1,4-5").status()).isEqualTo(200);
    assertThat(client.get(href, "Range", "bytes=0-1", "If-Range", "\"other\"").status())
        .isEqualTo(200);
    assertThat(client.get(href, "If-None-Match", tag).status()).isEqualTo(304);

    assertThat(client.get("/v1/jobs/" + id + "/images/1").status()).isEqualTo(404);
    assertThat(client.get("/v1/jobs/" + id + "/images/x").status()).isEqualTo(404);
    assertThat(client.get("/v1/jobs/none/images/0").status()).isEqualTo(404);
  }

  @Test
  void evictedJob_isFoundInStorage() {
    JsonNode before = generate(id, 1);
    for (int i = 0; i < 4; i++) {
      generate(id + "-" + i, 1);
    }
    assertThat(client.get("/v1/jobs").json().findValuesAsText("id")).doesNotContain(id);
    JsonNode after = client.get("/v1/jobs/" + id).json();
    assertThat(after.get("state").asText()).isEqualTo("completed");
    assertThat(after.get("images").get(0).get("sha256"))
        .isEqualTo(before.get("images").get(0).get("sha256"));
    assertThat(client.get("/v1/jobs/" + id + "/images/0").status()).isEqualTo(200);
    assertThat(client.delete("/v1/jobs/" + id).status()).isEqualTo(409);
    long start = System.nanoTime();
    GatewayTestClient.ApiResponse again =
        client.post("/v1/jobs", request(id, 1), "Prefer", "wait=20");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    assertThat(again.json().get("state").asText())
        .as("the same request again")
        .isEqualTo("completed");
    assertThat(client.post("/v1/jobs", request(id, 2)).status()).isEqualTo(409);

    GatewayRestart.restart(gateway);
    client.awaitReady();
    assertThat(client.get("/v1/backlog").json().get("queued").asInt())
        .as("requests of evicted jobs")
        .isZero();
  }

  @Test
  void evictedJob_whoseIdFailsLater_keepsItsImages() {
    generate(id, 1);
    for (int i = 0; i < 4; i++) {
      generate(id + "-" + i, 1);
    }
    try (KafkaS3Client kafka = new KafkaS3Client(GatewayTestClient.serviceConfig())) {
      kafka.send("{\"id\":\"%s\",\"prompt\":\"another\"}".formatted(id));
    }
    Eventually.await("the conflict is in the view", Duration.ofSeconds(20))
        .until(
            () -> client.get("/v1/jobs?state=failed").json().findValuesAsText("id").contains(id));
    assertThat(client.get("/v1/jobs/" + id).json().get("state").asText()).isEqualTo("completed");
    assertThat(client.get("/v1/jobs/" + id + "/images/0").status()).isEqualTo(200);
  }

  @Test
  void openAiApi_returnsImagesByUrlOrInline() {
    String request =
        "{\"prompt\":\"p\",\"n\":2,\"size\":\"64x96\",\"quality\":\"hd\",\"user\":\"u\"}";
    GatewayTestClient.ApiResponse byAddress = client.post("/v1/images/generations", request);
    assertThat(byAddress.status()).isEqualTo(200);
    assertThat(byAddress.json().get("data")).hasSize(2);
    assertThat(byAddress.json().get("created").isIntegralNumber()).isTrue();
    String inline =
        "{\"prompt\":\"p\",\"size\":\"auto\",\"response_format\":\"b64_json\",\"seed\":3}";
    JsonNode data = client.post("/v1/images/generations", inline).json().get("data");
    byte[] image = Base64.getDecoder().decode(data.get(0).get("b64_json").asText());
    assertThat(image).startsWith(0x89, 'P', 'N', 'G');
    JsonNode models = client.get("/v1/models").json();
    assertThat(models.get("object").asText()).isEqualTo("list");
    assertThat(models.get("data").get(0).get("id").asText()).isEqualTo("gradient");
    assertThat(models.get("data").get(0).get("workers").asInt()).isEqualTo(1);
    assertThat(client.get("/v1/models/gradient").json()).isEqualTo(models.get("data").get(0));
    GatewayTestClient.ApiResponse unknown = client.get("/v1/models/dall-e-3");
    assertThat(unknown.status()).isEqualTo(404);
    assertThat(unknown.json().get("error").get("code").asText()).isEqualTo("model_not_found");
  }

  @Test
  void openAiApi_invalidRequest_returnsOpenAiError() {
    String wrong = "{\"prompt\":\"\",\"n\":99,\"size\":\"64x0\"}";
    GatewayTestClient.ApiResponse response = client.post("/v1/images/generations", wrong);
    assertThat(response.status()).isEqualTo(400);
    JsonNode error = response.json().get("error");
    assertThat(error.get("type").asText()).isEqualTo("invalid_request_error");
    assertThat(error.get("message").asText()).contains("n: found 99", "size: found 0");
    GatewayTestClient.ApiResponse other =
        client.post("/v1/images/generations", "{\"prompt\":\"p\",\"model\":\"dall-e-3\"}");
    assertThat(other.status()).as("only the worker knows the model").isEqualTo(404);
    assertThat(other.json().get("error").get("code").asText()).isEqualTo("model_not_found");
    assertThat(other.json().get("error").get("param").asText()).isEqualTo("model");
    JsonNode size =
        client.post("/v1/images/generations", "{\"prompt\":\"p\",\"size\":\"big\"}").json();
    assertThat(size.get("error").get("param").asText()).isEqualTo("size");
    assertThat(client.get("/v1/images/generations").json().has("error")).isTrue();
  }

  @Test
  void cliCommands_withUrl_useHttp() {
    GatewayCommandRunner.Result sent =
        GatewayCommandRunner.submit(
            "--url", root.toString(), "--id", id, "--prompt", "p", "--wait");
    assertThat(sent.code()).as(sent.err()).isZero();
    assertThat(sent.out()).contains(" " + id + " completed\nhttp://127.0.0.1:");
    GatewayCommandRunner.Result watched =
        GatewayCommandRunner.watch("--url", root.toString(), id, "--json");
    assertThat(watched.code()).as(watched.err()).isZero();
    assertThat(watched.out()).contains("\"id\":\"%s/completed\"".formatted(id));
    GatewayCommandRunner.Result wrong =
        GatewayCommandRunner.submit("--url", root.toString(), "--prompt", "p", "--steps", "0");
    assertThat(wrong.code()).isEqualTo(1);
    assertThat(wrong.err()).contains("responded with 400", "field=steps");
    assertThat(GatewayCommandRunner.watch("--url", root.toString()).code()).isEqualTo(2);
    assertThat(GatewayCommandRunner.watch("--url", root.toString(), "none").code()).isEqualTo(1);
  }

  private JsonNode generate(String job, int count) {
    GatewayTestClient.ApiResponse response =
        client.post("/v1/jobs", request(job, count), "Prefer", "wait=20");
    assertThat(response.status()).isEqualTo(200);
    return response.json();
  }

  private static String request(String job, int count) {
    return "{\"id\":\"%s\",\"prompt\":\"a pear\",\"seed\":7,\"count\":%s}".formatted(job, count);
  }
}
