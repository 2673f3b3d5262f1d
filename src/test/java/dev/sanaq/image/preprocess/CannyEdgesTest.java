package dev.sanaq.image.preprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import java.io.InputStream;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CannyEdgesTest {
  @Test
  void step_isOneLine() {
    RgbImage image =
        BinaryImages.of(
            "...###", //
            "...###", "...###", "...###");
    assertThat(BinaryImages.lines(CannyEdges.DEFAULT.process(image)))
        .containsExactly(
            "..#...", //
            "..#...", "..#...", "..#...");
  }

  @Test
  void square_isItsOutline() {
    RgbImage image =
        BinaryImages.of(
            "........", //
            "........",
            "..####..",
            "..####..",
            "..####..",
            "..####..",
            "........",
            "........");
    String[] lines = BinaryImages.lines(CannyEdges.DEFAULT.process(image));
    assertThat(lines[3]).isEqualTo(".#...#..");
    assertThat(lines[4]).isEqualTo(".#...#..");
    assertThat(lines[0]).isEqualTo("........");
    assertThat(lines[7]).isEqualTo("........");
  }

  @Test
  void uniformImage_hasNoEdges() {
    RgbImage image = new RgbImage(5, 4, new byte[60]);
    assertThat(CannyEdges.DEFAULT.process(image).samples()).containsOnly(0);
    RgbImage pixel = new RgbImage(1, 1, new byte[] {9, 9, 9});
    assertThat(CannyEdges.DEFAULT.process(pixel).samples()).containsOnly(0);
  }

  /** A step of 20 levels has the gradient 4 * 20. */
  @Test
  void thresholds_decideByGradient() {
    RgbImage image = new RgbImage(6, 4, new byte[72]);
    for (int i = 0; i < 72; i++) {
      image.samples()[i] = (byte) (i / 3 % 6 < 3 ? 0 : 20);
    }
    assertThat(new CannyEdges(79, 79, 0).process(image).samples()).contains(-1);
    assertThat(new CannyEdges(79, 80, 0).process(image).samples()).containsOnly(0);
    assertThat(new CannyEdges(80, 80, 0).process(image).samples()).containsOnly(0);
  }

  /** A weak edge stays where it continues a strong one. */
  @Test
  void hysteresis_keepsWeakEdgeThatContinuesStrongOne() {
    byte[] samples = new byte[3 * 6 * 8];
    for (int i = 0; i < samples.length; i++) {
      int x = i / 3 % 6;
      int y = i / 3 / 6;
      samples[i] = (byte) (x < 3 ? 0 : y < 4 ? 20 : 100);
    }
    RgbImage image = new RgbImage(6, 8, samples);
    assertThat(BinaryImages.lines(new CannyEdges(70, 350, 0).process(image))[0])
        .isEqualTo("..#...");
    assertThat(BinaryImages.lines(new CannyEdges(90, 350, 0).process(image))[0])
        .isEqualTo("......");
  }

  /** Single bright pixels are edges without the filter, and none with it. */
  @Test
  void gaussianFilter_removesNoise() {
    RgbImage image = new RgbImage(32, 32, new byte[3 * 32 * 32]);
    for (int i = 0; i < 3; i++) {
      image.samples()[3 * (16 * 32 + 16) + i] = (byte) 0xff;
    }
    assertThat(CannyEdges.DEFAULT.process(image).samples()).contains(-1);
    assertThat(new CannyEdges(100, 200, 2).process(image).samples()).containsOnly(0);
  }

  /** Recorded answers of OpenCV 5.0.0: {@code cv2.Canny(image, low, high)} of an RGB image. */
  @ParameterizedTest
  @CsvSource({"100,200", "30,90"})
  void process_colourImage_equalsOpenCv(int low, int high) throws Exception {
    RgbImage image = TestImages.read(Fixtures.path("conditioning/img2img-dpm/source.png"));
    RgbImage expected = read("canny-%s-%s.png".formatted(low, high));
    RgbImage edges = new CannyEdges(low, high, 0).process(image);
    assertThat(BinaryImages.lines(edges)).containsExactly(BinaryImages.lines(expected));
  }

  @Test
  void invalidSettings_areRefused() {
    assertThatThrownBy(() -> new CannyEdges(200, 100, 0)).hasMessageContaining("low <= high");
    assertThatThrownBy(() -> new CannyEdges(Double.NaN, 100, 0)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new CannyEdges(0, 3000, 0)).hasMessageContaining("2040");
    assertThatThrownBy(() -> new CannyEdges(1, 2, -1)).hasMessageContaining("sigma -1");
    assertThatThrownBy(() -> ControlPreprocessors.of("hed"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown preprocessor hed: must be one of canny, scribble");
    assertThat(ControlPreprocessors.NAMES)
        .allSatisfy(name -> assertThat(ControlPreprocessors.of(name).name()).isEqualTo(name));
  }

  private static RgbImage read(String name) throws Exception {
    try (InputStream file =
        Objects.requireNonNull(CannyEdgesTest.class.getResourceAsStream(name), name)) {
      return TestImages.read(file);
    }
  }
}
