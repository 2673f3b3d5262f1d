package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class CanvasTest {
  private static final Offset<Float> EXACT = within(1e-6f);

  @Test
  void whatIsTransparentShowsTheBackground() {
    RgbaImage picture = rgba(2, 1, 10, 20, 30, 0, 255, 0, 0, 255);
    Planes planes = Canvas.cover(picture, new Size(1, 2)).on(0xff8000);
    assertThat(planes.values())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(1f, 1f, 2 * 128 / 255f - 1, -1f, -1f, -1f);
  }

  @Test
  void halfTransparentIsHalfOfEach() {
    RgbaImage picture = rgba(1, 1, 255, 0, 0, 51);
    float[] values = Canvas.cover(picture, new Size(1, 1)).on(0x0000ff).values();
    assertThat(values[0]).isCloseTo(2 * 0.2f - 1, EXACT);
    assertThat(values[1]).isCloseTo(-1f, EXACT);
    assertThat(values[2]).isCloseTo(2 * 0.8f - 1, EXACT);
  }

  /** Without multiplying, the green that nobody can see would make the edge brown. */
  @Test
  void theColourOfWhatCannotBeSeenDoesNotTingeTheEdges() {
    RgbaImage picture = rgba(2, 2, 0, 255, 0, 0, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0, 255);
    float[] values = Canvas.cover(picture, new Size(1, 1)).on(0x000000).values();
    assertThat(values[0]).isCloseTo(0f, EXACT);
    assertThat(values[1]).isCloseTo(-1f, EXACT);
  }

  @Test
  void aSmallerPictureIsTheMeanOfWhatItCovers() {
    RgbaImage picture = grey(6, 6, rows(6, 0, 51, 102, 153, 204, 255));
    assertThat(grey(Canvas.cover(picture, new Size(1, 1)).on(0)))
        .usingComparatorWithPrecision(0.01f)
        .containsExactly(127.5f);
    // Six become four: each covers one and a half.
    float[] four = grey(Canvas.cover(picture, new Size(4, 4)).on(0));
    assertThat(four[0]).isCloseTo((0 + 51 / 2f) / 1.5f, within(0.01f));
    assertThat(four[3]).isCloseTo((255 + 204 / 2f) / 1.5f, within(0.01f));
  }

  @Test
  void aLargerPictureLiesOnTheLinesBetween() {
    float[] four = grey(Canvas.cover(grey(2, 2, rows(2, 0, 200)), new Size(4, 4)).on(0));
    assertThat(four[0]).isCloseTo(0, within(0.01f));
    assertThat(four[1]).isCloseTo(50, within(0.01f));
    assertThat(four[2]).isCloseTo(150, within(0.01f));
    assertThat(four[3]).isCloseTo(200, within(0.01f));
  }

  @Test
  void theMiddleIsKeptWhereTheAspectDiffers() {
    float[] middle = grey(Canvas.cover(grey(5, 1, 0, 10, 20, 30, 40), new Size(1, 1)).on(0));
    assertThat(middle).usingComparatorWithPrecision(0.01f).containsExactly(20f);
    float[] tall = grey(Canvas.cover(grey(1, 5, 0, 10, 20, 30, 40), new Size(3, 1)).on(0));
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
  private static float[] grey(Planes planes) {
    float[] red = new float[planes.height() * planes.width()];
    for (int i = 0; i < red.length; i++) {
      red[i] = (planes.values()[i] + 1) * 127.5f;
    }
    return red;
  }
}
