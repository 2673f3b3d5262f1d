package dev.sanaq.worker.input;

import static dev.sanaq.testing.KafkaS3Client.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.webhook.TestReceiver;
import dev.sanaq.worker.WorkerHarness;
import dev.sanaq.worker.WorkerRuntime;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Jobs with input images that are hostile, damaged or unusual, through a real broker and a real
 * model: each is one failed event or one image, and the worker goes on.
 */
class BadInputJobsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @RegisterExtension static final WorkerHarness harness = new WorkerHarness();

  private static ImageGenerator generator;
  private static TestReceiver inside;
  private static TestReceiver server;
  private static KafkaS3Client client;
  private static WorkerRuntime worker;

  @BeforeAll
  static void start() {
    generator =
        SanaPipeline.load(
            Fixtures.path("tiny-sana/checkpoint"),
            new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
    inside = new TestReceiver(TestReceiver.status(200));
    server = new TestReceiver(TestReceiver.status(302, "location", inside.url()));
    client = harness.client();
    worker =
        harness.startWorker(
            generator,
            Map.of(
                "sanaq.upload.allow-http", "true",
                "sanaq.limits.http-uploads", "true",
                "sanaq.upload.ports", String.valueOf(server.port()),
                "sanaq.upload.allowed-hosts", "127.0.0.1/32"));
  }

  @AfterAll
  static void stop() {
    assertThat(worker.drain(Duration.ofSeconds(10))).isTrue();
    generator.close();
    server.close();
    inside.close();
  }

  @Test
  void bombPng_failsBeforeItIsDecoded() throws IOException {
    assertFails("bomb", bomb(), "invalid_input", "image: 20000 x 20000 pixels are too many");
  }

  /** The size is allowed, but the compressed data has no end. */
  @Test
  void bombInAllowedSize_isReadToItsSizeAlone() throws IOException {
    RgbImage image = generate("endless", png(16, 16, zeros(64 << 20)));
    assertThat(image.width()).isEqualTo(64);
  }

  @Test
  void jpegHeaderOf20000Pixels_fails() throws IOException {
    byte[] jpeg = decoderFile("colour.jpg");
    int frame = 2;
    while ((jpeg[frame + 1] & 0xff) != 0xc0 && (jpeg[frame + 1] & 0xff) != 0xc2) {
      frame += 2 + ByteBuffer.wrap(jpeg).getShort(frame + 2);
    }
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 20_000).putShort(frame + 7, (short) 20_000);
    assertFails("jpeg", jpeg, "invalid_input", "image: 20000 x 20000 pixels are too many");
  }

  @Test
  void truncatedOrAnimatedWebp_fails() throws IOException {
    byte[] webp = decoderFile("lossy.webp");
    assertFails("cut", Arrays.copyOf(webp, webp.length / 2), "invalid_input", "image: damaged");
    assertFails("animated", decoderFile("animated.webp"), "invalid_input", "image: ");
  }

  @Test
  void redirect_isNotFollowed() throws IOException {
    send("redirect", Map.of("image", server.url() + "?signature=secret"));
    assertError("redirect", "input_unavailable", "answer 302");
    assertThat(inside.received()).isEmpty();
  }

  @Test
  void privateAddress_isRefused() throws IOException {
    send("private", Map.of("image", "https://10.1.2.3/a.png?signature=secret"));
    assertError("private", "input_unavailable", "image: https://10.1.2.3/a.png: ");
  }

  @Test
  void maskOfAnotherSize_fails() throws IOException {
    send(
        "mask",
        Map.of("image", data(png(16, 16, zeros(3200))), "mask", data(png(16, 8, zeros(3200)))));
    assertError("mask", "invalid_input", "mask: has 16 x 8 pixels, the image 16 x 16");
  }

  @Test
  void cmykJpegAnd16BitPng_areImages() throws IOException {
    assertThat(generate("cmyk", decoderFile("cmyk.jpg")).width()).isEqualTo(64);
    assertThat(generate("sixteen", decoderFile("sixteen-bits.png")).width()).isEqualTo(64);
    assertThat(generate("apng", decoderFile("animated.png")).width()).isEqualTo(64);
  }

  @Test
  void lineOfPixels_withoutSize_fails() throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("image", data(png(4000, 1, zeros(13_000))));
    request.put("width", null);
    request.put("height", null);
    send("line", request);
    assertError("line", "invalid_input", "more than sanaq.limits.max-side (4096) allows");
  }

  /** The aspect ratio of the image, and as many pixels as the model's own size. */
  @Test
  void imageWithoutSize_givesTheResultItsAspectRatio() throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("image", data(png(8, 32, zeros(3200))));
    request.put("width", null);
    request.put("height", null);
    request.put("steps", 1);
    send("aspect", request);
    JsonNode completed = json(client.awaitEvent("aspect/completed"));
    assertThat(completed.at("/request/width").asInt()).isEqualTo(512);
    assertThat(completed.at("/request/height").asInt()).isEqualTo(2048);
    RgbImage image = stored(completed);
    assertThat(image.width()).isEqualTo(512);
    assertThat(image.height()).isEqualTo(2048);
  }

  private static void assertFails(String id, byte[] image, String code, String message)
      throws IOException {
    send(id, Map.of("image", data(image)));
    assertError(id, code, message);
  }

  private static void assertError(String id, String code, String message) throws IOException {
    JsonNode error = json(client.awaitEvent(id + "/failed")).get("error");
    assertThat(error.get("code").asText()).as(id).isEqualTo(code);
    assertThat(error.get("message").asText()).contains(message).doesNotContain("secret");
  }

  private static RgbImage generate(String id, byte[] image) throws IOException {
    send(id, Map.of("image", data(image)));
    return stored(json(client.awaitEvent(id + "/completed")));
  }

  private static RgbImage stored(JsonNode completed) throws IOException {
    String key = completed.get("images").get(0).get("key").asText();
    return TestImages.read(
        new ByteArrayInputStream(client.objects().getOrDefault(key, new byte[0])));
  }

  private static void send(String id, Map<String, Object> fields) throws IOException {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("id", id);
    request.put("prompt", "portrait of a fox");
    request.put("width", 64);
    request.put("height", 64);
    request.put("steps", 2);
    request.put("resolutionBinning", false);
    request.putAll(fields);
    client.send(JSON.writeValueAsBytes(request));
  }

  private static String data(byte[] file) {
    String type = file[0] == (byte) 0xff ? "jpeg" : file[0] == 'R' ? "webp" : "png";
    return "data:image/" + type + ";base64," + Base64.getEncoder().encodeToString(file);
  }

  /** A size of 1.2 GB of pixels in a file of an eighth of a megabyte. */
  private static byte[] bomb() {
    return png(20_000, 20_000, zeros(128 << 20));
  }

  /** An RGB image whose compressed data is the given one. */
  private static byte[] png(int width, int height, byte[] compressed) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
    byte[] header =
        ByteBuffer.allocate(13).putInt(width).putInt(height).put((byte) 8).put((byte) 2).array();
    file.writeBytes(chunk("IHDR", header));
    file.writeBytes(chunk("IDAT", compressed));
    file.writeBytes(chunk("IEND", new byte[0]));
    return file.toByteArray();
  }

  private static byte[] chunk(String type, byte[] data) {
    ByteBuffer chunk = ByteBuffer.allocate(data.length + 12);
    chunk.putInt(data.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(data);
    CRC32 crc = new CRC32();
    crc.update(chunk.array(), 4, data.length + 4);
    return chunk.putInt((int) crc.getValue()).array();
  }

  /** Zeros, compressed: black pixels, each row with the filter 0. */
  private static byte[] zeros(int length) {
    Deflater deflater = new Deflater();
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    byte[] buffer = new byte[1 << 16];
    byte[] block = new byte[1 << 20];
    for (int left = length; left > 0; left -= block.length) {
      deflater.setInput(block, 0, Math.min(left, block.length));
      while (!deflater.needsInput()) {
        compressed.write(buffer, 0, deflater.deflate(buffer));
      }
    }
    deflater.finish();
    while (!deflater.finished()) {
      compressed.write(buffer, 0, deflater.deflate(buffer));
    }
    deflater.end();
    return compressed.toByteArray();
  }

  private static byte[] decoderFile(String name) throws IOException {
    try (InputStream file =
        Objects.requireNonNull(
            BadInputJobsTest.class.getResourceAsStream("/dev/sanaq/image/decode/" + name), name)) {
      return file.readAllBytes();
    }
  }
}
