package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CoverAndCropTest {
  private static final Map<String, Tensor> ANSWERS = Fixtures.tensors("resize.safetensors");

  @ParameterizedTest
  @CsvSource({"40, 56", "32, 32", "60, 56", "20, 50"})
  void resize_referenceSizes_equalDiffusers(int height, int width) {
    Tensor image = Fixtures.tensor(ANSWERS, "image");
    Tensor expected = Fixtures.tensor(ANSWERS, "to_%sx%s".formatted(height, width));
    PlanarFloatImage resized =
        CoverAndCrop.resize(
            new PlanarFloatImage(40, 56, image.floats()), new ImageSize(height, width));
    assertThat(resized.values()).hasSameSizeAs(expected.values());
    double worst = 0;
    for (int i = 0; i < resized.values().length; i++) {
      worst = Math.max(worst, Math.abs(resized.values()[i] - expected.values()[i]));
    }
    assertThat(worst).as("largest difference").isLessThan(2e-7);
  }

  /** In doubles 608 * (500 / 608) is slightly below 500, where the reference loses the image. */
  @Test
  void resize_exactFitRoundedDown_keepsLastPixel() {
    PlanarFloatImage resized = CoverAndCrop.resize(gradient(416, 608), new ImageSize(333, 500));
    assertThat(resized.height()).isEqualTo(333);
    assertThat(resized.width()).isEqualTo(500);
    assertThat(resized.values()[0]).isBetween(0f, 2f);
    assertThat(resized.values()[499]).isBetween(605f, 607f);
  }

  /** Large enough for several threads; the gradient and its centre are preserved. */
  @Test
  void resize_anySize_keepsCentre() {
    for (ImageSize size :
        new ImageSize[] {new ImageSize(700, 500), new ImageSize(1, 1), new ImageSize(37, 2000)}) {
      PlanarFloatImage resized = CoverAndCrop.resize(gradient(512, 768), size);
      float[] row = Arrays.copyOf(resized.values(), size.width());
      assertThat((row[0] + row[row.length - 1]) / 2).isBetween(382f, 385f);
      for (int x = 1; x < row.length; x++) {
        assertThat(row[x]).isGreaterThanOrEqualTo(row[x - 1]);
      }
    }
  }

  /** Each sample is the index of its column. */
  private static PlanarFloatImage gradient(int height, int width) {
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % width;
    }
    return new PlanarFloatImage(height, width, values);
  }
}
