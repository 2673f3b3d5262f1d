package dev.sanaq.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.image.RgbaImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.kafka.event.ImagePreview;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.testing.Pause;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Previews at the gateway: in event streams, and as partial images of OpenAI's streams. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class PartialImagesTest extends GatewayTestBase {
  private static final String PATH = "/v1/images/generations";
  private static final Map<String, String> PREVIEWS =
      Map.of("sanaq.events.previews", "true", "sanaq.events.progress-interval", "PT0S");

  /** Takes a while for each step, so that the gateway reads one event after the other. */
  private static final class SlowGenerator extends GradientImageGenerator {
    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      return super.generate(
          params,
          (done, steps) -> {
            progress.onProgress(done, steps);
            Pause.of(Duration.ofMillis(100));
          });
    }
  }

  @Test
  void stream_hasPartialImagesOverTheSteps_thenTheImage() throws Exception {
    startWorker(new SlowGenerator(), PREVIEWS);
    List<JsonNode> events = stream(",\"steps\":8,\"size\":\"64x96\",\"partial_images\":3");
    assertThat(events)
        .extracting(event -> event.get("type").asText())
        .containsExactly(
            "image_generation.partial_image",
            "image_generation.partial_image",
            "image_generation.partial_image",
            "image_generation.completed");
    for (int i = 0; i < 3; i++) {
      JsonNode event = events.get(i);
      assertThat(event.get("partial_image_index").asInt()).isEqualTo(i);
      assertThat(event.get("size").asText()).isEqualTo("64x96");
      assertThat(event.get("output_format").asText()).isEqualTo("jpeg");
      assertThat(event.get("created_at").isIntegralNumber()).isTrue();
      RgbaImage image = decode(event);
      assertThat(List.of(image.width(), image.height())).containsExactly(64, 96);
    }
    assertThat(events.subList(0, 3))
        .extracting(event -> event.get("b64_json"))
        .doesNotHaveDuplicates();
  }

  @Test
  void stream_ofALargeImage_hasSmallerPartialImages_ofTheFirstImageAlone() throws Exception {
    startWorker(new SlowGenerator(), PREVIEWS);
    List<JsonNode> events =
        stream(",\"steps\":6,\"n\":2,\"size\":\"1024x512\",\"partial_images\":1");
    assertThat(events)
        .extracting(event -> event.get("type").asText())
        .containsExactly(
            "image_generation.partial_image",
            "image_generation.completed",
            "image_generation.completed");
    assertThat(events.get(0).get("size").asText()).isEqualTo("512x256");
    assertThat(decode(events.get(0)).width()).isEqualTo(512);
  }

  @Test
  void stream_withoutPartialImages_orWithoutPreviews_hasTheImageAlone() {
    startWorker(new SlowGenerator(), PREVIEWS);
    assertThat(stream(",\"steps\":3,\"partial_images\":0")).hasSize(1);
    assertThat(stream(",\"steps\":3")).hasSize(1);
    stopWorker();
    startWorker(new SlowGenerator(), Map.of("sanaq.events.progress-interval", "PT0S"));
    assertThat(stream(",\"steps\":3,\"seed\":5,\"partial_images\":3")).hasSize(1);
  }

  @Test
  void eventStream_hasThePreviews_andTheJobDoesNot() {
    startWorker(new SlowGenerator(), PREVIEWS);
    String body = "{\"id\":\"%s\",\"prompt\":\"p\",\"steps\":6,\"previews\":true}".formatted(id);
    assertThat(client.post("/v1/jobs", body).status()).isEqualTo(202);
    List<String> data =
        client.stream("/v1/jobs/" + id + "/events")
            .filter(line -> line.startsWith("data:") && line.contains("job.progress"))
            .toList();
    assertThat(data).hasSizeGreaterThan(2).allMatch(line -> line.contains(ImagePreview.PREFIX));
    JsonNode job = client.awaitState(id, "completed");
    assertThat(job.toString()).doesNotContain(ImagePreview.PREFIX);
    assertThat(job.at("/request/previews").asBoolean()).isTrue();
  }

  private List<JsonNode> stream(String fields) {
    GatewayTestClient.ApiResponse answer =
        client.post(PATH, "{\"prompt\":\"p\",\"stream\":true%s}".formatted(fields));
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return new String(answer.response().body(), StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("data: "))
        .map(line -> KafkaS3Client.json(line.substring(6).getBytes(StandardCharsets.UTF_8)))
        .toList();
  }

  private static RgbaImage decode(JsonNode event) throws Exception {
    byte[] file = Base64.getDecoder().decode(event.get("b64_json").asText());
    assertThat(file).startsWith(0xff, 0xd8);
    return ImageDecoder.decode("partial image", file, 1 << 20);
  }
}
