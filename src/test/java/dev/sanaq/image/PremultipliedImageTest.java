package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class PremultipliedImageTest {
  private static final Offset<Float> EXACT = within(1e-6f);

  @Test
  void compositeOver_transparentPixel_showsBackground() {
    RgbaImage image = rgba(2, 1, 10, 20, 30, 0, 255, 0, 0, 255);
    PlanarFloatImage planes =
        PremultipliedImage.coverAndCrop(image, new ImageSize(1, 2)).compositeOver(0xff8000);
    assertThat(planes.values())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(1f, 1f, 2 * 128 / 255f - 1, -1f, -1f, -1f);
  }

  @Test
  void compositeOver_partialAlpha_blendsBoth() {
    RgbaImage image = rgba(1, 1, 255, 0, 0, 51);
    float[] values =
        PremultipliedImage.coverAndCrop(image, new ImageSize(1, 1))
            .compositeOver(0x0000ff)
            .values();
    assertThat(values[0]).isCloseTo(2 * 0.2f - 1, EXACT);
    assertThat(values[1]).isCloseTo(-1f, EXACT);
    assertThat(values[2]).isCloseTo(2 * 0.8f - 1, EXACT);
  }

  /** Without premultiplication the invisible green would make the edge brown. */
  @Test
  void coverAndCrop_transparentColour_doesNotBleedIntoEdges() {
    RgbaImage image = rgba(2, 2, 0, 255, 0, 0, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0, 255);
    float[] values =
        PremultipliedImage.coverAndCrop(image, new ImageSize(1, 1))
            .compositeOver(0x000000)
            .values();
    assertThat(values[0]).isCloseTo(0f, EXACT);
    assertThat(values[1]).isCloseTo(-1f, EXACT);
  }

  @Test
  void coverAndCrop_downscaling_averagesCoveredArea() {
    RgbaImage image = grey(6, 6, rows(6, 0, 51, 102, 153, 204, 255));
    assertThat(grey(PremultipliedImage.coverAndCrop(image, new ImageSize(1, 1)).compositeOver(0)))
        .usingComparatorWithPrecision(0.01f)
        .containsExactly(127.5f);
    // Six pixels become four; each covers one and a half.
    float[] four =
        grey(PremultipliedImage.coverAndCrop(image, new ImageSize(4, 4)).compositeOver(0));
    assertThat(four[0]).isCloseTo((0 + 51 / 2f) / 1.5f, within(0.01f));
    assertThat(four[3]).isCloseTo((255 + 204 / 2f) / 1.5f, within(0.01f));
  }

  @Test
  void coverAndCrop_upscaling_interpolatesLinearly() {
    float[] four =
        grey(
            PremultipliedImage.coverAndCrop(grey(2, 2, rows(2, 0, 200)), new ImageSize(4, 4))
                .compositeOver(0));
    assertThat(four[0]).isCloseTo(0, within(0.01f));
    assertThat(four[1]).isCloseTo(50, within(0.01f));
    assertThat(four[2]).isCloseTo(150, within(0.01f));
    assertThat(four[3]).isCloseTo(200, within(0.01f));
  }

  @Test
  void coverAndCrop_differentAspect_cropsCentre() {
    float[] middle =
        grey(
            PremultipliedImage.coverAndCrop(grey(5, 1, 0, 10, 20, 30, 40), new ImageSize(1, 1))
                .compositeOver(0));
    assertThat(middle).usingComparatorWithPrecision(0.01f).containsExactly(20f);
    float[] tall =
        grey(
            PremultipliedImage.coverAndCrop(grey(1, 5, 0, 10, 20, 30, 40), new ImageSize(3, 1))
                .compositeOver(0));
    assertThat(tall).usingComparatorWithPrecision(0.01f).containsExactly(10f, 20f, 30f);
  }

  private static int[] rows(int count, int... row) {
    int[] all = new int[count * row.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = row[i % row.length];
    }
    return all;
  }

  private static RgbaImage grey(int width, int height, int... values) {
    byte[] samples = new byte[4 * width * height];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i % 4 == 3 ? 255 : values[i / 4]);
    }
    return new RgbaImage(width, height, samples);
  }

  private static RgbaImage rgba(int width, int height, int... values) {
    byte[] samples = new byte[values.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) values[i];
    }
    return new RgbaImage(width, height, samples);
  }

  /** The red plane in 0 to 255. */
  private static float[] grey(PlanarFloatImage planes) {
    float[] red = new float[planes.height() * planes.width()];
    for (int i = 0; i < red.length; i++) {
      red[i] = (planes.values()[i] + 1) * 127.5f;
    }
    return red;
  }
}
