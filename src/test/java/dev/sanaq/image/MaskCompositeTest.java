package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MaskCompositeTest {
  private static final int SIDE = 128;

  /** A white square from 32 to 95. */
  private final MaskImage mask = square();

  private final RgbImage source = solid(10);
  private final RgbImage generated = solid(250);

  @Test
  void composite_blackPixels_areTheSources() {
    RgbImage composite = MaskComposite.of(source, generated, mask);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        if (!mask.isWhite(x, y)) {
          assertThat(level(composite, x, y)).as("at %s, %s", x, y).isEqualTo(10);
        }
      }
    }
  }

  @Test
  void composite_whitePixels_riseToGeneratedOverTwoPixels() {
    RgbImage composite = MaskComposite.of(source, generated, mask);
    assertThat(level(composite, 31, 64)).isEqualTo(10);
    assertThat(level(composite, 32, 64)).isEqualTo(90); // a third of the way
    assertThat(level(composite, 33, 64)).isEqualTo(170);
    assertThat(level(composite, 34, 64)).isEqualTo(250);
    assertThat(level(composite, 64, 94)).isEqualTo(170);
    assertThat(level(composite, 64, 95)).isEqualTo(90);
    assertThat(level(composite, 64, 96)).isEqualTo(10);
  }

  @Test
  void composite_maskToTheBorder_hasNoTransitionThere() {
    byte[] white = new byte[SIDE * SIDE];
    Arrays.fill(white, (byte) 255);
    RgbImage all = MaskComposite.of(source, generated, new MaskImage(SIDE, SIDE, white));
    assertThat(all.samples()).isEqualTo(generated.samples());
  }

  @Test
  void maskOfTransparentImage_isWhereItIsTransparent() {
    RgbaImage image = new RgbaImage(2, 1, new byte[] {9, 9, 9, 0, 0, 0, 0, (byte) 255});
    MaskImage transparent = MaskImage.of(image);
    assertThat(transparent.isWhite(0, 0)).isTrue();
    assertThat(transparent.isWhite(1, 0)).isFalse();
  }

  private static int level(RgbImage image, int x, int y) {
    return image.samples()[3 * (y * SIDE + x)] & 0xff;
  }

  private static RgbImage solid(int level) {
    byte[] samples = new byte[3 * SIDE * SIDE];
    Arrays.fill(samples, (byte) level);
    return new RgbImage(SIDE, SIDE, samples);
  }

  private static MaskImage square() {
    byte[] samples = new byte[SIDE * SIDE];
    for (int y = 32; y < 96; y++) {
      Arrays.fill(samples, y * SIDE + 32, y * SIDE + 96, (byte) 255);
    }
    return new MaskImage(SIDE, SIDE, samples);
  }
}
