package dev.sanaq.train.controlnet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PremultipliedImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.RgbaImage;
import org.junit.jupiter.api.Test;

class RandomViewTest {
  private static final ImageSize SIZE = new ImageSize(2, 4);
  private static final RgbaImage IMAGE =
      RgbaImage.opaque(
          new RgbImage(
              4,
              2,
              new byte[] {
                10, 0, 0, 20, 0, 0, 30, 0, 0, 40, 0, 0, //
                50, 0, 0, 60, 0, 0, 70, 0, 0, 80, 0, 0
              }));

  @Test
  void whole_isTheImage() {
    assertThat(reds(RandomView.WHOLE)).containsExactly(10, 20, 30, 40, 50, 60, 70, 80);
  }

  @Test
  void flipped_changesLeftAndRight() {
    assertThat(reds(new RandomView(1, 0, 0, true))).containsExactly(40, 30, 20, 10, 80, 70, 60, 50);
  }

  @Test
  void shrunk_isPlacedAndTheRestIsTransparent() {
    assertThat(reds(new RandomView(0.5, 1, 1, false)))
        .containsExactly(-1, -1, -1, -1, -1, -1, 35, 55);
    assertThat(reds(new RandomView(0.5, 0, 0, true)))
        .containsExactly(55, 35, -1, -1, -1, -1, -1, -1);
  }

  @Test
  void of_dependsOnSeedRowAndNumberAlone() {
    RandomView view = RandomView.of(3, 5, 1, 0.6);
    assertThat(RandomView.of(3, 5, 1, 0.6)).isEqualTo(view);
    assertThat(RandomView.of(3, 5, 2, 0.6)).isNotEqualTo(view);
    assertThat(RandomView.of(3, 6, 1, 0.6)).isNotEqualTo(view);
    assertThat(RandomView.of(4, 5, 1, 0.6)).isNotEqualTo(view);
    assertThat(RandomView.of(3, 5, 0, 0.6)).isEqualTo(RandomView.WHOLE);
    for (int row = 0; row < 100; row++) {
      assertThat(RandomView.of(3, row, 1, 0.6).scale()).isBetween(0.6, 1.0);
    }
  }

  /** The red of each pixel; -1 if it is transparent. */
  private static int[] reds(RandomView view) {
    PremultipliedImage seen = view.of(SIZE, size -> PremultipliedImage.coverAndCrop(IMAGE, size));
    int[] reds = new int[8];
    for (int i = 0; i < reds.length; i++) {
      reds[i] = seen.samples()[4 * i + 3] == 0 ? -1 : Math.round(255 * seen.samples()[4 * i]);
    }
    return reds;
  }
}
