package dev.sanaq.gateway.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.gateway.GatewayTestBase;
import dev.sanaq.gateway.upload.TestForm;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.testing.image.TestImages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** OpenAI's edits and variations as raw forms, with a real model. */
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class ImageEditsTest extends GatewayTestBase {
  private static final String EDITS = "/v1/images/edits";
  private static final String VARIATIONS = "/v1/images/variations";

  private static byte[] source;
  private static RgbImage pixels;

  @SuppressWarnings("NullAway.Init") // set before each test
  private ImageGenerator generator;

  @BeforeAll
  static void readFixtures() throws IOException {
    source = Files.readAllBytes(Fixtures.path("conditioning/inpaint-dpm/source.png"));
    pixels = TestImages.read(new ByteArrayInputStream(source));
  }

  @BeforeEach
  void start() {
    generator =
        SanaPipeline.load(
            Fixtures.path("tiny-sana/checkpoint"),
            new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
    startWorker(generator);
  }

  @AfterEach
  void stop() {
    stopWorker();
    generator.close();
  }

  @Test
  void edit_withMask_keepsWhatIsOpaqueInTheMask() throws IOException {
    TestForm form = form("a fox").file("image", source).file("mask", transparentLeft(false));
    assertRightHalfIsSource(image(send(EDITS, form)));
  }

  @Test
  void edit_ofImageWithAlpha_keepsWhatIsOpaque() throws IOException {
    TestForm form = form("a fox").text("strength", "1").file("image[]", transparentLeft(true));
    assertRightHalfIsSource(image(send(EDITS, form)));
  }

  @Test
  void edit_withoutMask_startsFromTheImage() throws IOException {
    TestForm weak = form("a fox").text("strength", "0.25").file("image", source);
    TestForm strong = form("a fox").text("strength", "1").file("image", source);
    RgbImage near = image(send(EDITS, weak));
    assertThat(near.width()).isEqualTo(pixels.width());
    assertThat(near.height()).isEqualTo(pixels.height());
    assertThat(TestImages.meanDifference(near, image(send(EDITS, strong)))).isPositive();
    JsonNode request = client.get("/v1/jobs?limit=2").json().at("/jobs/1/request");
    assertThat(request.get("strength").asDouble()).isEqualTo(0.25);
    assertThat(request.has("mask")).isFalse();
  }

  @Test
  void edit_withSize_hasThatSize() throws IOException {
    TestForm form = form("a fox").text("size", "96x64").text("n", "2").file("image", source);
    JsonNode data = send(EDITS, form).json().get("data");
    assertThat(data).hasSize(2);
    assertThat(decode(data.get(1)).width()).isEqualTo(96);
  }

  @Test
  void variation_needsNoPrompt() throws IOException {
    TestForm form = new TestForm().text("response_format", "b64_json").file("image", source);
    GatewayTestClient.ApiResponse answer = send(VARIATIONS, form.text("steps", "2"));
    assertThat(TestImages.meanDifference(image(answer), pixels)).isPositive();
    JsonNode job = client.get("/v1/jobs?limit=1").json().get("jobs").get(0);
    assertThat(job.at("/request/prompt").asText()).isEqualTo(" ");
    assertThat(job.at("/request/image/key").asText()).startsWith("uploads/");
  }

  @Test
  void edit_asStream_endsWithTheImage() throws IOException {
    TestForm form = form("a fox").text("stream", "true").text("partial_images", "2");
    String events = send(EDITS, form.file("image", source)).toString();
    assertThat(events).contains("event: image_edit.completed\ndata: {");
    assertThat(events).contains("\"type\":\"image_edit.completed\",\"b64_json\":\"iVBOR");
  }

  @Test
  void wrongForms_areRefusedInOpenAisShape() throws IOException {
    assertRefused(form("a fox"), 400, "image", "image: found 0 images, allowed: one image");
    assertRefused(
        form("a fox").file("image[]", source).file("image[]", source), 400, "image", "2 images");
    assertRefused(
        form("a fox").file("image", "text".getBytes(StandardCharsets.UTF_8)),
        400,
        "image",
        "image: is neither PNG nor JPEG nor WebP");
    byte[] small = Files.readAllBytes(Fixtures.path("conditioning/img2img-dpm/source.png"));
    assertRefused(
        form("a fox").file("image", source).file("mask", small),
        400,
        "mask",
        "mask: found 96 x 128 pixels, allowed: the size of the image, 128 x 160");
    assertRefused(new TestForm().file("image", source), 400, "prompt", "prompt: found");
    assertRefused(
        form("a fox").text("n", "many").file("image", source), 400, "n", "n: found \"many\"");
    assertRefused(
        form("a fox").text("strength", "0").file("image", source),
        400,
        "strength",
        "a number above 0");
    assertRefused(
        form("a fox").text("background", "transparent").file("image", source),
        400,
        "background",
        "background: found \"transparent\", allowed: opaque, auto");
    assertRefused(
        form("a fox").text("model", "dall-e-2").file("image", source),
        404,
        "model",
        "No worker has the model \"dall-e-2\"");
    GatewayTestClient.ApiResponse json = client.post(EDITS, "{}");
    assertThat(json.status()).isEqualTo(415);
    assertThat(json.json().at("/error/message").asText())
        .isEqualTo("The body must be multipart/form-data");
  }

  private void assertRefused(TestForm form, int status, String param, String message) {
    GatewayTestClient.ApiResponse answer = send(EDITS, form);
    assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    assertThat(answer.json().at("/error/type").asText()).isEqualTo("invalid_request_error");
    assertThat(answer.json().at("/error/param").asText()).isEqualTo(param);
    assertThat(answer.json().at("/error/message").asText()).contains(message);
  }

  private static TestForm form(String prompt) {
    return new TestForm()
        .text("prompt", prompt)
        .text("response_format", "b64_json")
        .text("seed", "850")
        .text("steps", "4")
        .text("user", "someone");
  }

  /** A PNG whose left half is transparent. */
  private static byte[] transparentLeft(boolean withColours) throws IOException {
    BufferedImage image =
        new BufferedImage(pixels.width(), pixels.height(), BufferedImage.TYPE_INT_ARGB);
    for (int y = 0; y < pixels.height(); y++) {
      for (int x = 0; x < pixels.width(); x++) {
        int at = 3 * (y * pixels.width() + x);
        int rgb =
            (pixels.samples()[at] & 0xff) << 16
                | (pixels.samples()[at + 1] & 0xff) << 8
                | pixels.samples()[at + 2] & 0xff;
        image.setRGB(x, y, (x < pixels.width() / 2 ? 0 : 0xff << 24) | (withColours ? rgb : 0));
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(image, "png", png);
    return png.toByteArray();
  }

  private static void assertRightHalfIsSource(RgbImage image) {
    int changed = 0;
    for (int i = 0; i < pixels.samples().length; i++) {
      if (i / 3 % pixels.width() >= pixels.width() / 2) {
        assertThat(image.samples()[i]).as("sample %s", i).isEqualTo(pixels.samples()[i]);
      } else {
        changed += image.samples()[i] == pixels.samples()[i] ? 0 : 1;
      }
    }
    assertThat(changed).isGreaterThan(pixels.samples().length / 4);
  }

  private static RgbImage image(GatewayTestClient.ApiResponse answer) throws IOException {
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return decode(answer.json().get("data").get(0));
  }

  private static RgbImage decode(JsonNode image) throws IOException {
    byte[] png = Base64.getDecoder().decode(image.get("b64_json").asText());
    return TestImages.read(new ByteArrayInputStream(png));
  }

  private GatewayTestClient.ApiResponse send(String path, TestForm form) {
    return client.send(
        "POST",
        path,
        BodyPublishers.ofByteArray(form.body()),
        "Content-Type",
        TestForm.contentType());
  }
}
