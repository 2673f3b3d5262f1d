package dev.sanaq.worker.run;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.kafka.event.ImagePreview;
import dev.sanaq.sana.preview.Preview;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.worker.WorkerHarness;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which progress events have previews, through a real broker and S3. */
class PreviewJobsTest {
  private static final byte[] ALLOWED = "{\"allowed\": true}".getBytes(StandardCharsets.UTF_8);

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  @SuppressWarnings("NullAway.Init") // set before each test
  private KafkaS3Client client;

  @SuppressWarnings("NullAway.Init") // set before each test
  private TestReceiver server;

  @BeforeEach
  void start() {
    client = harness.client();
    server =
        new TestReceiver(
            exchange -> {
              exchange.sendResponseHeaders(200, ALLOWED.length);
              exchange.getResponseBody().write(ALLOWED);
            });
  }

  @AfterEach
  void stop() {
    harness.drainAll(Duration.ofSeconds(20));
    server.close();
  }

  @Test
  void allowedAndAskedFor_everyProgressEventHasOneOfEachImage() throws Exception {
    startWorker(Map.of("sanaq.events.previews", "true"));
    client.send(request("asked", ",\"previews\":true,\"count\":2"));
    client.awaitEvent("asked/completed");
    client.send(request("not-asked", ""));
    client.awaitEvent("not-asked/completed");
    List<JsonNode> asked = progress("asked");
    assertThat(asked).hasSize(4);
    for (JsonNode event : asked) {
      assertThat(event.get("previews")).hasSize(2);
      for (int i = 0; i < 2; i++) {
        JsonNode preview = event.get("previews").get(i);
        assertThat(preview.get("index").asInt()).isEqualTo(i);
        RgbImage image = decode(preview.get("url").asText());
        assertThat(List.of(image.width(), image.height())).containsExactly(2, 2);
      }
    }
    assertThat(asked.stream().map(event -> event.get("previews").toString()).distinct()).hasSize(4);
    assertThat(progress("not-asked")).hasSize(4).noneMatch(event -> event.has("previews"));
    assertThat(json(client.awaitEvent("asked/completed")).at("/request/previews").asBoolean())
        .isTrue();
    assertThat(json(client.awaitEvent("asked/completed")).toString())
        .doesNotContain(ImagePreview.PREFIX);
  }

  @Test
  void notAllowed_theJobRunsWithoutThem() {
    startWorker(Map.of());
    client.send(request("off", ",\"previews\":true"));
    client.awaitEvent("off/completed");
    assertThat(progress("off")).hasSize(4).noneMatch(event -> event.has("previews"));
  }

  /** A preview would show an image before its check. */
  @Test
  void whileImagesAreChecked_noneLeavesTheWorker() {
    startWorker(
        Map.of(
            "sanaq.events.previews", "true",
            "sanaq.safety.hook.url", server.url(),
            "sanaq.safety.hook.stages", "image"));
    client.send(request("checked", ",\"previews\":true"));
    client.awaitEvent("checked/completed");
    assertThat(server.received()).as("the check of the image").hasSize(1);
    assertThat(progress("checked")).hasSize(4).noneMatch(event -> event.has("previews"));
    harness.drainAll(Duration.ofSeconds(20));

    startWorker(
        Map.of(
            "sanaq.events.previews", "true",
            "sanaq.safety.hook.url", server.url(),
            "sanaq.safety.hook.stages", "prompt"));
    client.send(request("prompt-checked", ",\"previews\":true"));
    client.awaitEvent("prompt-checked/completed");
    assertThat(progress("prompt-checked")).hasSize(4).allMatch(event -> event.has("previews"));
  }

  @Test
  void encodedPreview_fitsItsLimit_orIsLeftOut() {
    Random random = new Random(1);
    byte[] noise = new byte[3 * 32 * 32];
    random.nextBytes(noise);
    byte[] large = new byte[3 * 64 * 64];
    random.nextBytes(large);
    List<ImagePreview> encoded =
        PreviewEncoder.encode(
            List.of(
                new Preview(0, new RgbImage(64, 64, large)),
                new Preview(1, new RgbImage(32, 32, noise))));
    assertThat(encoded).hasSize(1);
    assertThat(encoded.get(0).index()).isEqualTo(1);
    assertThat(encoded.get(0).url().length()).isBetween(4000, 5000);
  }

  private static RgbImage decode(String url) throws Exception {
    assertThat(url).startsWith(ImagePreview.PREFIX);
    byte[] png = Base64.getDecoder().decode(url.substring(ImagePreview.PREFIX.length()));
    return ImageDecoder.decode("preview", png, 100).toRgb();
  }

  private void startWorker(Map<String, String> settings) {
    Map<String, String> all = new TreeMap<>(settings);
    all.put("sanaq.events.progress-interval", "PT0S");
    harness.startWorker(new GradientImageGenerator(), all);
  }

  private List<JsonNode> progress(String id) {
    return client.events("dev.sanaq.job.progress.v1").stream()
        .map(KafkaS3Client::json)
        .filter(event -> event.get("id").asText().equals(id))
        .toList();
  }

  private static String request(String id, String more) {
    return "{\"id\":\"%s\",\"prompt\":\"a fox\"%s}".formatted(id, more);
  }
}
