package dev.sanaq.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.image.TestImages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleSheetTest {
  private static final int IMAGE_SIZE = 96;

  @TempDir private Path folder = Path.of("");

  @Test
  void sheet_placesImagesInGridWithCaptions() throws IOException {
    Path file = folder.resolve("sheet.png");
    SampleSheet.write(
        List.of(solid(200), solid(100), solid(50)), List.of("a red apple", "", "x"), 2, file);
    RgbImage sheet = TestImages.read(file);
    int cell = IMAGE_SIZE + 8;
    assertThat(sheet.width()).isEqualTo(8 + 2 * cell);
    assertThat(sheet.height()).isEqualTo(8 + 2 * (cell + 28));
    assertThat(grey(sheet, 8, 8)).isEqualTo(200);
    assertThat(grey(sheet, 8 + cell + IMAGE_SIZE - 1, 8 + IMAGE_SIZE - 1)).isEqualTo(100);
    assertThat(grey(sheet, 8, 8 + cell + 28)).isEqualTo(50);
    assertThat(grey(sheet, 8 + cell, 8 + cell + 28)).as("no fourth").isEqualTo(255);
    assertThat(darkest(sheet, 8, 8 + IMAGE_SIZE)).as("a caption").isLessThan(120);
    assertThat(darkest(sheet, 8 + cell, 8 + IMAGE_SIZE)).as("none").isEqualTo(255);
  }

  /** The caption has two lines and does not run into the next image. */
  @Test
  void longCaption_isTruncated() {
    String longOne = String.join(" ", Collections.nCopies(40, "word"));
    RgbImage sheet = SampleSheet.compose(List.of(solid(9), solid(9)), List.of(longOne, ""), 2);
    assertThat(darkest(sheet, 8, 8 + IMAGE_SIZE + 14)).as("its second line").isLessThan(120);
    assertThat(darkest(sheet, 8 + IMAGE_SIZE + 8, 8 + IMAGE_SIZE)).isEqualTo(255);
    String oneWord = "w".repeat(500);
    assertThat(
            darkest(
                SampleSheet.compose(List.of(solid(9), solid(9)), List.of(oneWord, ""), 2),
                8 + IMAGE_SIZE + 8,
                8 + IMAGE_SIZE))
        .isEqualTo(255);
  }

  /** Runs in a process whose JVM finds no font, as in small containers. */
  @Test
  void withoutFonts_captionsAreOmitted() throws Exception {
    Path fonts =
        Files.writeString(
            folder.resolve("fonts.conf"),
            "<fontconfig><dir>%s</dir></fontconfig>".formatted(folder.resolve("none")));
    Path sheet = folder.resolve("sheet.png");
    ProcessBuilder java =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Duser.home=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            SampleSheetTest.class.getName(),
            sheet.toString());
    java.environment().put("FONTCONFIG_FILE", fonts.toString());
    Process process = java.redirectErrorStream(true).start();
    String processOutput =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(processOutput).isZero();
    assertThat(grey(TestImages.read(sheet), 8, 8)).isEqualTo(9);
    assertThat(darkest(TestImages.read(sheet), 8, 8 + IMAGE_SIZE)).isEqualTo(255);
  }

  /** Writes a sheet, twice. */
  public static void main(String... args) throws IOException {
    for (int i = 0; i < 2; i++) {
      SampleSheet.write(List.of(solid(9)), List.of("a caption"), 1, Path.of(args[0]));
    }
  }

  @Test
  void invalidArguments_areRejected() {
    assertThatThrownBy(() -> SampleSheet.compose(List.of(), List.of(), 1))
        .hasMessageContaining("0 images");
    assertThatThrownBy(() -> SampleSheet.compose(List.of(solid(1)), List.of(), 1))
        .hasMessageContaining("0 captions");
  }

  private static RgbImage solid(int value) {
    byte[] samples = new byte[3 * IMAGE_SIZE * IMAGE_SIZE];
    Arrays.fill(samples, (byte) value);
    return new RgbImage(IMAGE_SIZE, IMAGE_SIZE, samples);
  }

  private static int grey(RgbImage image, int x, int y) {
    return image.samples()[3 * (y * image.width() + x)] & 0xff;
  }

  /** Of an image's width and a line's height. */
  private static int darkest(RgbImage sheet, int left, int top) {
    int darkest = 255;
    for (int y = top; y < top + 14; y++) {
      for (int x = left; x < left + IMAGE_SIZE; x++) {
        darkest = Math.min(darkest, grey(sheet, x, y));
      }
    }
    return darkest;
  }
}
