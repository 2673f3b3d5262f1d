package dev.sanaq.gateway.upload;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.job.Sha256;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.testing.image.TestImages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images over HTTP into S3, and from there into a job of a real worker with a real model. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
@TestProfile(UploadsApiTest.SmallFilesProfile.class)
class UploadsApiTest extends GatewayTestBase {
  private static final int MAX_FILE_BYTES = 400_000;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static byte[] source;
  private static byte[] mask;

  @Inject UploadStore uploads;

  /** Files of less than half a megabyte. */
  public static final class SmallFilesProfile implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      return Map.of("sanaq.input.max-file-bytes", String.valueOf(MAX_FILE_BYTES));
    }
  }

  @BeforeAll
  static void readFixtures() throws IOException {
    source = Files.readAllBytes(Fixtures.path("conditioning/inpaint-dpm/source.png"));
    mask = Files.readAllBytes(Fixtures.path("conditioning/inpaint-dpm/mask.png"));
  }

  @Test
  void upload_isAnObjectForAWhile() {
    GatewayTestClient.ApiResponse answer = upload("image/png", source);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
    JsonNode stored = answer.json();
    assertThat(stored.get("sha256").asText()).isEqualTo(Sha256.hex(source));
    assertThat(stored.get("bytes").asInt()).isEqualTo(source.length);
    assertThat(stored.get("width").asInt()).isEqualTo(128);
    assertThat(stored.get("height").asInt()).isEqualTo(160);
    assertThat(stored.get("format").asText()).isEqualTo("png");
    assertThat(Instant.parse(stored.get("expiresAt").asText()))
        .isBetween(
            Instant.now().plus(Duration.ofDays(7)).minusSeconds(60),
            Instant.now().plus(Duration.ofDays(7)));
    String key = stored.at("/image/key").asText();
    assertThat(key).matches("uploads/[0-9a-f]{64}\\.png").doesNotContain(Sha256.hex(source));
    try (KafkaS3Client kafka = new KafkaS3Client(GatewayTestClient.serviceConfig())) {
      String bucket = stored.at("/image/bucket").asText();
      var object = kafka.s3().getObjectAsBytes(get -> get.bucket(bucket).key(key));
      assertThat(object.asByteArray()).isEqualTo(source);
      assertThat(object.response().contentType()).isEqualTo("image/png");
    }
    assertThat(upload("image/png", source).json().get("image")).isEqualTo(stored.get("image"));
  }

  @Test
  void format_isThatOfTheBytes() throws IOException {
    byte[] jpeg;
    try (InputStream file =
        ImageDecoder.class.getResourceAsStream("/dev/sanaq/image/decode/oriented-6.jpg")) {
      jpeg = Objects.requireNonNull(file).readAllBytes();
    }
    JsonNode stored = upload("image/png", jpeg).json();
    assertThat(stored.get("format").asText()).isEqualTo("jpeg");
    assertThat(stored.get("width").asInt()).as("in the EXIF orientation").isEqualTo(32);
    assertThat(stored.at("/image/key").asText()).endsWith(".jpeg");
  }

  @Test
  void ownersFiles_haveKeysOfTheirOwn() {
    CheckedImage image = uploads.check("image", source);
    Caller alice = new Caller("alice", OptionalInt.empty(), OptionalInt.empty());
    Caller bob = new Caller("bob", OptionalInt.empty(), OptionalInt.empty());
    assertThat(uploads.store(alice, image).source())
        .isNotEqualTo(uploads.store(bob, image).source());
  }

  @Test
  void uploadedImageAndMask_areAJobsInput() throws IOException {
    try (ImageGenerator generator =
        SanaPipeline.load(
            Fixtures.path("tiny-sana/checkpoint"),
            new PipelineOptions("fp32", "", 0, "cpu", List.of(), false))) {
      startWorker(generator);
      ObjectNode request = JSON.createObjectNode().put("id", id).put("prompt", "a fox");
      request.set("image", upload("image/png", source).json().get("image"));
      request.set("mask", uploadForm(new TestForm().file("file", mask)).json().get("image"));
      request.put("width", 128).put("height", 160).put("steps", 4).put("resolutionBinning", false);
      GatewayTestClient.ApiResponse job =
          client.post("/v1/jobs", request.toString(), "Prefer", "wait=60");
      assertThat(job.json().get("state").asText()).as(job.toString()).isEqualTo("completed");
      byte[] png = client.get("/v1/jobs/" + id + "/images/0").response().body();
      assertOutsideOfMaskIsSource(TestImages.read(new ByteArrayInputStream(png)));
      stopWorker();
    }
  }

  @Test
  void filesThatAreNoImages_areRefused() {
    byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
    assertRefused(upload("image/png", text), 400, "invalid_input", "neither PNG nor JPEG nor WebP");
    assertRefused(upload("image/png", new byte[0]), 400, "invalid_input", "neither PNG");
    assertRefused(
        upload("image/png", Arrays.copyOf(source, 20)), 400, "invalid_input", "image: damaged");
    assertRefused(
        upload("image/png", pngHeader(60_000, 60_000)),
        400,
        "invalid_input",
        "60000 x 60000 pixels are too many to read; at most 33554432");
    byte[] large = Arrays.copyOf(source, MAX_FILE_BYTES + 1);
    assertRefused(upload("image/png", large), 413, "too_large", "At most 400000 bytes");
    byte[] huge = new byte[MAX_FILE_BYTES + 100_000];
    assertRefused(upload("image/png", huge), 413, "too_large", "sanaq.input.max-file-bytes");
  }

  @Test
  void moreThanTheMemoryHolds_isRefusedForNow() {
    GatewayTestClient.ApiResponse answer =
        uploads.withBody(Long.MAX_VALUE, "/v1/uploads", () -> upload("image/png", source));
    assertRefused(answer, 503, "unavailable", "sanaq.input.uploads.max-body-bytes");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
    assertThat(upload("image/png", source).status()).isEqualTo(201);
  }

  @Test
  void otherBodies_areRefused() {
    assertRefused(
        upload("text/plain", source),
        415,
        "unsupported_media_type",
        "The body must be image/png, image/jpeg, image/webp or multipart/form-data");
    assertRefused(
        uploadForm(new TestForm().text("other", "x")),
        400,
        "invalid_form",
        "needs one part named image or file; found 0");
    assertRefused(
        uploadForm(new TestForm().file("image", source).file("file", source)),
        400,
        "invalid_form",
        "found 2");
    byte[] form = new TestForm().file("image", source).body();
    assertRefused(
        upload(TestForm.contentType(), Arrays.copyOf(form, form.length - 200)),
        400,
        "invalid_form",
        "ends within a part");
    GatewayTestClient.ApiResponse get = client.get("/v1/uploads");
    assertThat(get.status()).isEqualTo(405);
    assertThat(get.header("Allow")).isEqualTo("OPTIONS, POST");
  }

  private static void assertRefused(
      GatewayTestClient.ApiResponse answer, int status, String code, String detail) {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.json().get("type").asText()).isEqualTo("urn:sanaq:problem:" + code);
    assertThat(answer.json().get("detail").asText()).contains(detail);
  }

  private static void assertOutsideOfMaskIsSource(RgbImage image) throws IOException {
    RgbImage original = TestImages.read(new ByteArrayInputStream(source));
    RgbImage area = TestImages.read(new ByteArrayInputStream(mask));
    int changed = 0;
    for (int i = 0; i < original.samples().length; i++) {
      if (area.samples()[i] == 0) {
        assertThat(image.samples()[i]).isEqualTo(original.samples()[i]);
      } else {
        changed += image.samples()[i] == original.samples()[i] ? 0 : 1;
      }
    }
    assertThat(changed).isPositive();
  }

  /** A PNG whose header says this size, and that has no pixels. */
  private static byte[] pngHeader(int width, int height) {
    ByteBuffer chunk = ByteBuffer.allocate(17);
    chunk.put("IHDR".getBytes(StandardCharsets.US_ASCII)).putInt(width).putInt(height);
    chunk.put(new byte[] {8, 2, 0, 0, 0});
    CRC32 checksum = new CRC32();
    checksum.update(chunk.array());
    return ByteBuffer.allocate(33)
        .putLong(0x89504e470d0a1a0aL)
        .putInt(13)
        .put(chunk.array())
        .putInt((int) checksum.getValue())
        .array();
  }

  private GatewayTestClient.ApiResponse uploadForm(TestForm form) {
    return upload(TestForm.contentType(), form.body());
  }

  private GatewayTestClient.ApiResponse upload(String type, byte[] body) {
    return client.send(
        "POST", "/v1/uploads", BodyPublishers.ofByteArray(body), "Content-Type", type);
  }
}
