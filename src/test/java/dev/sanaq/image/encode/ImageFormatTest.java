package dev.sanaq.image.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** ImageIO reads the encoded files. */
class ImageFormatTest {
  private static final Map<String, String> NO_TEXTS = Map.of();

  @ParameterizedTest
  @EnumSource
  void encode_anySize_producesFormatAndSize(ImageFormat format) throws IOException {
    for (int[] size : new int[][] {{1, 1}, {3, 2}, {17, 33}, {130, 66}}) {
      byte[] file = format.encode(testImage(size[0], size[1]), 90, NO_TEXTS);
      assertThat(kind(file)).isEqualTo(format.label());
      RgbImage read = TestImages.read(new ByteArrayInputStream(file));
      assertThat(List.of(read.width(), read.height())).isEqualTo(List.of(size[0], size[1]));
    }
  }

  /** The labels stand in several places, since {@code job} must not depend on {@code image}. */
  @ParameterizedTest
  @CsvSource({
    "java/dev/sanaq/job/validation/RequestValidator.java, FORMATS = .*, \"(\\w+)\"",
    "java/dev/sanaq/gateway/rest/ImagesResource.java, @Produces.*, image/(\\w+)",
    "resources/META-INF/openapi.yaml, '\\bformat: .enum.*', '(\\w+)(?=[,\\]])'",
    "resources/META-INF/openapi.yaml, 'output_format: .enum.*', '(\\w+)(?=[,\\]])'",
    "resources/META-INF/openapi.yaml, (?m)(?:^ +image/.*\\n)+, image/(\\w+):",
    "resources/META-INF/resources/index.html, (?s)<select id=.format.*?</select>, value=.(\\w+)",
  })
  void labels_areTheSameInEveryPlace(String file, String section, String label) throws IOException {
    Matcher sections =
        Pattern.compile(section).matcher(Files.readString(Path.of("src/main").resolve(file)));
    List<String> labels = Stream.of(ImageFormat.values()).map(ImageFormat::label).toList();
    assertThat(sections.results().map(MatchResult::group))
        .as("%s in %s", section, file)
        .isNotEmpty()
        .allSatisfy(
            text ->
                assertThat(Pattern.compile(label).matcher(text).results().map(m -> m.group(1)))
                    .filteredOn(found -> !found.equals("null"))
                    .containsExactlyElementsOf(labels));
  }

  @ParameterizedTest
  @CsvSource({"PNG, 90, 999", "JPEG, 90, 38", "WEBP, 90, 38", "JPEG, 40, 33", "WEBP, 40, 33"})
  void encode_atQuality_reachesPsnr(ImageFormat format, int quality, double decibels)
      throws IOException {
    RgbImage image = testImage(256, 192);
    byte[] file = format.encode(image, quality, NO_TEXTS);
    RgbImage read = TestImages.read(new ByteArrayInputStream(file));
    assertThat(psnr(image, read)).isGreaterThan(decibels);
  }

  @ParameterizedTest
  @EnumSource(names = {"JPEG", "WEBP"})
  void encode_lowerQuality_smallerFile(ImageFormat format) {
    RgbImage image = testImage(256, 192);
    assertThat(format.encode(image, 0, NO_TEXTS).length)
        .isLessThan(format.encode(image, 50, NO_TEXTS).length);
    assertThat(format.encode(image, 50, NO_TEXTS).length)
        .isLessThan(format.encode(image, 100, NO_TEXTS).length);
  }

  /** Encoding is deterministic on any thread, so a repeated job stores the same bytes. */
  @ParameterizedTest
  @EnumSource
  void encode_sameImageOnAnyThread_sameBytes(ImageFormat format) {
    RgbImage image = testImage(320, 240);
    byte[] file = format.encode(image, 75, NO_TEXTS);
    List<CompletableFuture<byte[]>> again = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      again.add(CompletableFuture.supplyAsync(() -> format.encode(image, 75, NO_TEXTS)));
    }
    again.forEach(one -> assertThat(one.join()).isEqualTo(file));
  }

  @Test
  void encodeWebp_sideAboveMaximum_throws() {
    assertThatThrownBy(() -> ImageFormat.WEBP.encode(testImage(16_384, 1), 90, NO_TEXTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("16383");
  }

  @ParameterizedTest
  @CsvSource({"a.png, PNG", "a.b.JPG, JPEG", "a.jpeg, JPEG", "x/y.webp, WEBP"})
  void ofFileName_knownExtension_returnsFormat(String name, ImageFormat format) {
    assertThat(ImageFormat.ofFileName(name)).contains(format);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "png", ".gif", "a.png.txt", "jpegs"})
  void ofFileName_unknownExtension_isEmpty(String name) {
    assertThat(ImageFormat.ofFileName(name).filter(format -> !name.equals(format.label())))
        .isEmpty();
  }

  private static String kind(byte[] file) {
    String start = new String(file, 0, 12, StandardCharsets.ISO_8859_1);
    if (start.startsWith("\u0089PNG")) {
      return "png";
    }
    if (start.startsWith("\u00ff\u00d8\u00ff")) {
      return "jpeg";
    }
    return start.startsWith("RIFF") && start.endsWith("WEBP") ? "webp" : Arrays.toString(file);
  }

  /** Smooth areas with edges, like a generated image. */
  private static RgbImage testImage(int width, int height) {
    byte[] samples = new byte[width * height * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean inside = Math.hypot(x - width / 2.0, y - height / 2.0) < height / 3.0;
        int at = (y * width + x) * 3;
        samples[at] = (byte) (inside ? 200 : 60 + 80 * x / width);
        samples[at + 1] = (byte) (inside ? 40 + 60 * y / height : 120);
        samples[at + 2] = (byte) (90 + 50 * Math.sin(x / 20.0) * Math.cos(y / 30.0));
      }
    }
    return new RgbImage(width, height, samples);
  }

  /** Peak signal-to-noise ratio in decibels; infinite for equal images. */
  private static double psnr(RgbImage one, RgbImage other) {
    double squares = 0;
    for (int i = 0; i < one.samples().length; i++) {
      double difference = (one.samples()[i] & 0xff) - (other.samples()[i] & 0xff);
      squares += difference * difference;
    }
    double mean = squares / one.samples().length;
    return mean == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(255 * 255 / mean);
  }
}
