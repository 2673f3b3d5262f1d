package dev.sanaq.worker;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Sha256;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.webhook.TestReceiver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import software.amazon.awssdk.core.sync.RequestBody;

/** Requests with input images through a real broker, S3, an HTTP server and a real model. */
class InputJobsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Path SOURCE = Fixtures.path("conditioning/inpaint-dpm/source.png");
  private static final Path MASK = Fixtures.path("conditioning/inpaint-dpm/mask.png");

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static ImageGenerator generator;
  private static TestReceiver server;
  private static KafkaS3Client client;
  private static WorkerRuntime worker;

  @BeforeAll
  static void start() throws IOException {
    generator =
        SanaPipeline.load(
            Fixtures.path("tiny-sana/checkpoint"),
            new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
    byte[] source = Files.readAllBytes(SOURCE);
    server =
        new TestReceiver(
            exchange -> {
              if (exchange.getRequestURI().getPath().equals("/gone")) {
                exchange.sendResponseHeaders(404, -1);
                return;
              }
              exchange.sendResponseHeaders(200, source.length);
              exchange.getResponseBody().write(source);
            });
    String bucket = harness.services().bucket();
    client = harness.client();
    worker =
        harness.startWorker(
            generator,
            Map.of(
                "sanaq.input.allowed-prefixes", "s3://" + bucket + "/in/",
                "sanaq.upload.allow-http", "true",
                "sanaq.limits.http-uploads", "true",
                "sanaq.upload.ports", String.valueOf(server.port()),
                "sanaq.upload.allowed-hosts", "127.0.0.1/32"));
    for (String key : List.of("in/source.png", "x/source.png")) {
      client.s3().putObject(put -> put.bucket(bucket).key(key), RequestBody.fromBytes(source));
    }
  }

  @AfterAll
  static void stop() {
    assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
    generator.close();
    server.close();
  }

  @Test
  void dataUrlsWithoutComposite_equalReference() throws IOException {
    RgbImage image =
        generate("data", Map.of("image", data(SOURCE), "mask", data(MASK), "composite", false));
    RgbImage expected = TestImages.read(Fixtures.path("conditioning/inpaint-dpm/image.png"));
    TestImages.assertWithinOneLevel(image, expected, 0.001);
    JsonNode request = json(client.awaitEvent("data/completed")).get("request");
    assertThat(request.at("/image/sha256").asText())
        .isEqualTo(Sha256.hex(Files.readAllBytes(SOURCE)));
    assertThat(request.at("/image/url").asText()).isEqualTo("data:image/png");
  }

  @Test
  void object_keepsPixelsOutsideOfMask() throws IOException {
    RgbImage image =
        generate(
            "stored",
            Map.of(
                "image",
                Map.of("bucket", harness.services().bucket(), "key", "in/source.png"),
                "mask",
                data(MASK)));
    RgbImage source = TestImages.read(SOURCE);
    RgbImage mask = TestImages.read(MASK);
    int changed = 0;
    for (int i = 0; i < source.samples().length; i++) {
      if (mask.samples()[i] == 0) {
        assertThat(image.samples()[i]).isEqualTo(source.samples()[i]);
      } else {
        changed += image.samples()[i] == source.samples()[i] ? 0 : 1;
      }
    }
    assertThat(changed).isPositive();
  }

  @Test
  void url_isReadAndItsQueryShownNowhere() throws IOException {
    String url = "http://127.0.0.1:%s/a.png?signature=secret".formatted(server.port());
    generate("url", Map.of("image", url));
    ConsumerRecord<byte[], byte[]> completed = client.awaitEvent("url/completed");
    assertThat(new String(completed.value(), StandardCharsets.UTF_8))
        .contains(Sha256.hex(Files.readAllBytes(SOURCE)))
        .doesNotContain("secret");
    client
        .objects()
        .forEach(
            (key, bytes) ->
                assertThat(new String(bytes, StandardCharsets.ISO_8859_1))
                    .as(key)
                    .doesNotContain("signature=secret"));
  }

  @Test
  void unusableInputs_failWithTheirCodes() throws IOException {
    String gone = "http://127.0.0.1:%s/gone?signature=secret".formatted(server.port());
    Map<String, Object> forbidden =
        Map.of("bucket", harness.services().bucket(), "key", "x/source.png");
    assertFails("gone", Map.of("image", gone), "input_unavailable", "/gone: answer 404");
    assertFails("forbidden", Map.of("image", forbidden), "input_unavailable", "may not read");
    assertFails(
        "private",
        Map.of("control", "https://169.254.169.254/a.png"),
        "input_unavailable",
        "169.254.169.254/a.png");
    assertFails(
        "text",
        Map.of("image", "data:image/png;base64,aGVsbG8="),
        "invalid_input",
        "neither PNG nor JPEG nor WebP");
    assertFails(
        "sizes",
        Map.of(
            "image", data(Fixtures.path("conditioning/img2img-dpm/source.png")),
            "mask", data(MASK)),
        "invalid_input",
        "the same size");
    assertFails("control", Map.of("control", data(SOURCE)), "invalid_request", "no ControlNet");
    assertFails("pag", Map.of("pag", Map.of("layers", List.of(7))), "invalid_request", "[7]");
    assertFails("mask", Map.of("mask", data(MASK)), "invalid_request", "without an image");
    assertFails("strength", Map.of("strength", 0), "invalid_request", "above 0");
  }

  private static void assertFails(
      String id, Map<String, Object> fields, String code, String message) throws IOException {
    send(id, fields);
    JsonNode error = json(client.awaitEvent(id + "/failed")).get("error");
    assertThat(error.get("code").asText()).as(id).isEqualTo(code);
    assertThat(error.get("message").asText()).contains(message).doesNotContain("secret");
  }

  private static RgbImage generate(String id, Map<String, Object> fields) throws IOException {
    send(id, fields);
    JsonNode image = json(client.awaitEvent(id + "/completed")).get("images").get(0);
    byte[] png = client.objects().getOrDefault(image.get("key").asText(), new byte[0]);
    return TestImages.read(new ByteArrayInputStream(png));
  }

  /** The fixture's call with these fields. */
  private static void send(String id, Map<String, Object> fields) throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("id", id);
    request.put("prompt", "portrait of a fox");
    request.put("width", 128);
    request.put("height", 160);
    request.put("steps", 6);
    request.put("guidanceScale", 3);
    request.put("seed", 850);
    request.put("strength", 0.8);
    request.put("resolutionBinning", false);
    request.putAll(fields);
    client.send(JSON.writeValueAsBytes(request));
  }

  private static String data(Path file) throws IOException {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(Files.readAllBytes(file));
  }
}
