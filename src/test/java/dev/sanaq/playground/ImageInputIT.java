package dev.sanaq.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.testing.GatewayTestClient;
import dev.sanaq.testing.KafkaS3Client;
import dev.sanaq.testing.LocalServicesResource;
import dev.sanaq.testing.image.TestImages;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.PointerInput;

/** Images from a picture and a painted mask, in a real browser with the model that ships. */
@EnabledIfSystemProperty(named = "browser", matches = "true", disabledReason = "needs -Pbrowser")
@QuarkusTest
@QuarkusTestResource(value = LocalServicesResource.class, restrictToAnnotatedClass = true)
class ImageInputIT extends PlaygroundTestBase {
  private static final int SIDE = 128;
  private static final TestImageFile SOURCE = TestImageFile.noise(SIDE, SIDE);

  /** Counts the painted pixels in a part of the mask. */
  private static final String COUNT_PAINTED =
      "const mask = document.getElementById('mask'); const [x, y, w, h] = arguments;"
          + "const canvas = new OffscreenCanvas(mask.width, mask.height);"
          + "const c = canvas.getContext('2d', {willReadFrequently: true});"
          + "c.drawImage(mask, 0, 0);"
          + "const d = c.getImageData(x * mask.width, y * mask.height, w * mask.width,"
          + " h * mask.height).data; let n = 0;"
          + "for (let i = 3; i < d.length; i += 4) { n += d[i] > 127 ? 1 : 0; } return n";

  @TempDir
  @SuppressWarnings("NullAway.Init") // set by the test framework
  static Path folder;

  private static @Nullable SanaPipeline pipeline;

  private final String prompt = "a red heart " + UUID.randomUUID();

  @Override
  ImageGenerator generator() {
    if (pipeline == null) {
      pipeline =
          SanaPipeline.load(
              DemoCheckpoint.write(folder),
              new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
    }
    return pipeline;
  }

  @AfterAll
  static void closePipeline() {
    if (pipeline != null) {
      pipeline.close();
    }
  }

  @Test
  void droppedPicture_withPaintedMask_keepsPixelsOutsideOfMask() throws IOException {
    drop(SOURCE, "source.png", "image/png");
    awaitPicture("source.png, 128 × 128 pixels");
    assertThat(page.field("size").getAttribute("value")).isEqualTo("128x128");
    paintAcross();
    browser.screenshot("mask");
    page.type("prompt", prompt).type("seed", "7").submit();
    WebElement card = page.card(prompt);
    page.awaitState(card, "completed");
    assertThat(page.images(card)).hasSize(1);

    JsonNode job = newestJob();
    RgbImage result = result(job);
    RgbImage mask = stored(job.at("/request/mask"));
    int repainted = assertKept(SOURCE.pixels(), mask, result);
    assertThat(repainted).as("pixels of the mask").isBetween(SIDE * SIDE / 20, SIDE * SIDE / 2);
    assertThat(mask.samples()[3 * (SIDE / 2 * SIDE + SIDE / 2)]).as("centre").isEqualTo((byte) -1);
    assertThat(mask.samples()[0]).as("corner").isZero();
    assertThat(browser.consoleMessages()).isEmpty();
  }

  @Test
  void useAsInput_result_isThePictureOfTheNextJob() throws IOException {
    page.type("prompt", prompt).type("seed", "7").submit();
    WebElement card = page.card(prompt);
    page.awaitState(card, "completed");
    page.images(card);
    JsonNode first = newestJob();
    page.action(card, "Use as input").click();
    awaitPicture(first.get("id").asText() + "-0.png, 128 × 128 pixels");
    page.await(() -> "mask".equals(page.focused().getAttribute("id")));

    page.type("prompt", prompt + " again").type("seed", "8");
    page.executeScript(
        "const s = document.getElementById('strength'); s.value = '0.3';"
            + "s.dispatchEvent(new Event('input', {bubbles: true}))");
    assertThat(page.field("strength-value").getText()).isEqualTo("0.3");
    page.submit();
    page.awaitState(page.card(prompt + " again"), "completed");
    JsonNode second = newestJob();
    assertThat(second.at("/request/image/sha256").asText())
        .isEqualTo(first.at("/images/0/sha256").asText());
    assertThat(second.get("request").has("mask")).isFalse();
    assertThat(second.at("/request/strength").asDouble()).isEqualTo(0.3);
    RgbImage source = result(first);
    assertThat(TestImages.meanDifference(result(second), source)).isBetween(0.01, 40.0);
  }

  @Test
  void again_jobWithMask_repeatsItAlsoAfterReload() throws IOException {
    page.field("image").sendKeys(SOURCE.write(folder, "chosen.png"));
    awaitPicture("chosen.png");
    paintAcross();
    page.field("composite").click();
    page.type("prompt", prompt).type("seed", "7").submit();
    page.awaitState(page.card(prompt), "completed");
    RgbImage first = result(newestJob());
    page.field("remove-picture").click();
    assertThat(page.field("mask-editor").isDisplayed()).isFalse();
    assertThat(page.field("size").getAttribute("value")).isEmpty();

    page.action(page.card(prompt), "Again").click();
    awaitPicture("chosen.png");
    assertThat(painted(0, 0, 1, 1)).isPositive();
    assertThat(page.field("composite").isSelected()).isFalse();
    page.submit();
    page.awaitState(page.card(prompt, 2), "completed");
    assertThat(result(newestJob()).samples()).isEqualTo(first.samples());

    page.open("generate");
    page.action(page.card(prompt, 2), "Again").click();
    page.await(() -> page.field("picture-name").getText().contains("picture and mask, without"));
    page.submit();
    page.awaitState(page.card(prompt, 3), "completed");
    assertThat(result(newestJob()).samples()).isEqualTo(first.samples());
    assertThat(newestJob().at("/request/composite").asBoolean(true)).isFalse();
  }

  @Test
  void mask_byKeyboard_isPaintedErasedUndoneAndCleared() {
    page.field("image").sendKeys(SOURCE.write(folder, "keyboard.png"));
    awaitPicture("keyboard.png");
    page.tabTo(() -> "mask".equals(page.focused().getAttribute("id")));
    page.press(Keys.SPACE);
    long dot = painted(0, 0, 1, 1);
    assertThat(dot).isPositive();
    page.press(Keys.ENTER, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER, Keys.ARROW_DOWN);
    long line = painted(0, 0, 1, 1);
    assertThat(line).isGreaterThan(dot);
    assertThat(page.field("live-region").getAttribute("textContent")).contains("from the left");
    page.press(Keys.chord(Keys.CONTROL, "z"));
    assertThat(painted(0, 0, 1, 1)).isEqualTo(dot);

    page.tabTo(() -> "erase".equals(page.focused().getAttribute("id")));
    page.press(Keys.SPACE);
    assertThat(page.field("erase").getAttribute("aria-pressed")).isEqualTo("true");
    page.press(Keys.chord(Keys.SHIFT, Keys.TAB));
    page.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT, Keys.ARROW_UP, Keys.SPACE);
    assertThat(painted(0, 0, 1, 1)).isZero();
    page.press(Keys.chord(Keys.CONTROL, "z"));
    assertThat(painted(0, 0, 1, 1)).isEqualTo(dot);

    page.tabTo(() -> "clear-mask".equals(page.focused().getAttribute("id")));
    page.press(Keys.ENTER);
    assertThat(painted(0, 0, 1, 1)).isZero();
    page.field("undo-stroke").click();
    assertThat(painted(0, 0, 1, 1)).isEqualTo(dot);
    page.field("undo-stroke").click();
    assertThat(page.field("undo-stroke").getAttribute("aria-disabled")).isEqualTo("true");
  }

  @Test
  void mask_byFinger_isPainted() {
    browser.resizeWindow(390, 844, "light");
    page.open("generate").field("image").sendKeys(SOURCE.write(folder, "finger.png"));
    awaitPicture("finger.png");
    WebElement mask = page.field("mask");
    page.executeScript("arguments[0].scrollIntoView({block: 'center'})", mask);
    Object scrolled = page.executeScript("return scrollY");
    new Actions(browser.driver)
        .setActivePointer(PointerInput.Kind.TOUCH, "finger")
        .moveToElement(mask, 0, -40)
        .clickAndHold()
        .moveByOffset(0, 80)
        .release()
        .perform();
    assertThat(painted(0.4, 0, 0.2, 1)).isPositive();
    assertThat(painted(0, 0, 0.2, 1)).isZero();
    assertThat(page.executeScript("return scrollY")).isEqualTo(scrolled);
  }

  @Test
  void pastedPicture_isShown_pastedTextIsNot() {
    assertThat(paste("text/plain")).isFalse();
    assertThat(paste()).isTrue();
    awaitPicture("pasted.png");
    assertThat(page.field("picture-preview").getAttribute("naturalWidth")).isEqualTo("128");
  }

  @Test
  void badFiles_areRefusedInWords() throws IOException {
    Path text = Files.writeString(folder.resolve("text.png"), "not a picture");
    page.field("image").sendKeys(text.toString());
    awaitError("text.png is not a PNG, JPEG or WebP picture.");
    assertThat(page.field("image").getAttribute("aria-invalid")).isEqualTo("true");
    assertThat(page.field("mask-editor").isDisplayed()).isFalse();

    Path damaged = Files.write(folder.resolve("damaged.png"), Arrays.copyOf(SOURCE.png(), 40));
    page.field("image").sendKeys(damaged.toString());
    awaitError("damaged.png cannot be read");

    int limit = 26_214_400;
    page.field("image").sendKeys(SOURCE.padded(limit + 1).write(folder, "large.png"));
    awaitPicture("large.png");
    page.type("prompt", prompt).submit();
    awaitError(String.valueOf(limit));
    assertThat(page.focused()).isEqualTo(page.field("image"));

    page.field("image").sendKeys(text.toString());
    awaitError("text.png is not");
    assertThat(page.field("picture-name").getText()).as("stays").startsWith("large.png");
    page.field("image").sendKeys(SOURCE.write(folder, "good.png"));
    awaitPicture("good.png");
    assertThat(page.field("image-error").isDisplayed()).isFalse();
    page.submit();
    page.awaitState(page.card(prompt), "completed");
  }

  /** Drops a file on the form as a browser does: a script cannot start a drag of a real file. */
  private void drop(TestImageFile picture, String name, String type) {
    page.executeScript(
        "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));"
            + "const data = new DataTransfer();"
            + "data.items.add(new File([bytes], arguments[1], {type: arguments[2]}));"
            + "for (const name of ['dragenter', 'dragover', 'drop']) {"
            + "  document.getElementById('prompt').dispatchEvent(new DragEvent(name,"
            + "    {bubbles: true, cancelable: true, dataTransfer: data})); }",
        picture.base64(),
        name,
        type);
  }

  /** Pastes a picture, and text of other types; returns whether the page took it. */
  private boolean paste(String... moreTypes) {
    return (boolean)
        page.executeScript(
            "const bytes = Uint8Array.from(atob(arguments[0]), c => c.charCodeAt(0));"
                + "const data = new DataTransfer();"
                + "data.items.add(new File([bytes], 'pasted.png', {type: 'image/png'}));"
                + "arguments[1].forEach(type => data.items.add('text', type));"
                + "return !document.getElementById('prompt').dispatchEvent(new ClipboardEvent('paste',"
                + "  {bubbles: true, cancelable: true, clipboardData: data}))",
            SOURCE.base64(),
            List.of(moreTypes));
  }

  private void awaitPicture(String summary) {
    page.await(() -> page.field("picture-name").getText().startsWith(summary));
    page.await(() -> page.field("mask").isDisplayed());
  }

  private void awaitError(String text) {
    page.await(() -> page.field("image-error").getText().contains(text));
  }

  /** Paints a stroke through the middle with the mouse. */
  private void paintAcross() {
    WebElement mask = page.field("mask");
    page.executeScript("arguments[0].scrollIntoView({block: 'center'})", mask);
    int reach = mask.getSize().getWidth() / 4;
    new Actions(browser.driver)
        .moveToElement(mask, -reach, 0)
        .clickAndHold()
        .moveByOffset(reach, 0)
        .moveByOffset(reach, 0)
        .release()
        .perform();
    assertThat(painted(0.45, 0.45, 0.1, 0.1)).isPositive();
    assertThat(painted(0, 0, 1, 0.2)).isZero();
  }

  /** Returns the painted pixels in a part of the mask, given in fractions of its sides. */
  private long painted(double left, double top, double width, double height) {
    return (long) page.executeScript(COUNT_PAINTED, left, top, width, height);
  }

  private JsonNode newestJob() {
    JsonNode newest = new GatewayTestClient(root).get("/v1/jobs?limit=1").json().at("/jobs/0");
    return new GatewayTestClient(root).awaitState(newest.get("id").asText(), "completed");
  }

  private RgbImage result(JsonNode job) throws IOException {
    String href = job.at("/images/0/href").asText();
    byte[] png = new GatewayTestClient(root).get(href).response().body();
    return TestImages.read(new ByteArrayInputStream(png));
  }

  /** Reads an object that a request names. */
  private static RgbImage stored(JsonNode reference) throws IOException {
    try (KafkaS3Client client = new KafkaS3Client(GatewayTestClient.serviceConfig())) {
      byte[] file = client.objects().get(reference.get("key").asText());
      return TestImages.read(new ByteArrayInputStream(Objects.requireNonNull(file)));
    }
  }

  /** Asserts that black pixels of the mask are the source's, and returns how many others differ. */
  private static int assertKept(RgbImage source, RgbImage mask, RgbImage result) {
    int repainted = 0;
    for (int i = 0; i < source.samples().length; i += 3) {
      boolean isWhite = (mask.samples()[i] & 0xff) >= 128;
      boolean isEqual = true;
      for (int k = i; k < i + 3; k++) {
        isEqual &= source.samples()[k] == result.samples()[k];
      }
      assertThat(isEqual || isWhite).as("pixel %s is kept", i / 3).isTrue();
      repainted += isEqual ? 0 : 1;
    }
    return repainted;
  }
}
