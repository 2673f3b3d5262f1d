package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.Fixtures.Tensor;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResizeTest {
  private static final Map<String, Tensor> ANSWERS = Fixtures.tensors("resize.safetensors");

  @ParameterizedTest
  @CsvSource({"40, 56", "32, 32", "60, 56", "20, 50"})
  void resizedAndCroppedAsTheReference(int height, int width) {
    Tensor image = Fixtures.tensor(ANSWERS, "image");
    Tensor expected = Fixtures.tensor(ANSWERS, "to_%dx%d".formatted(height, width));
    Planes resized =
        Resize.coverAndCrop(new Planes(40, 56, image.floats()), new Size(height, width));
    assertThat(resized.values()).hasSameSizeAs(expected.values());
    double worst = 0;
    for (int i = 0; i < resized.values().length; i++) {
      worst = Math.max(worst, Math.abs(resized.values()[i] - expected.values()[i]));
    }
    assertThat(worst).as("largest difference").isLessThan(2e-7);
  }

  /**
   * 608 * (500 / 608) is a little less than 500 in doubles: the reference loses the picture here.
   */
  @Test
  void aSideThatFitsExactlyIsNotLostToRounding() {
    Planes resized = Resize.coverAndCrop(gradient(416, 608), new Size(333, 500));
    assertThat(resized.height()).isEqualTo(333);
    assertThat(resized.width()).isEqualTo(500);
    assertThat(resized.values()[0]).isBetween(0f, 2f);
    assertThat(resized.values()[499]).isBetween(605f, 607f);
  }

  /** Large enough for several threads; a gradient stays one, and its middle the middle. */
  @Test
  void theMiddleIsKeptAtAnySize() {
    for (Size size : new Size[] {new Size(700, 500), new Size(1, 1), new Size(37, 2000)}) {
      Planes resized = Resize.coverAndCrop(gradient(512, 768), size);
      float[] row = Arrays.copyOf(resized.values(), size.width());
      assertThat((row[0] + row[row.length - 1]) / 2).isBetween(382f, 385f);
      for (int x = 1; x < row.length; x++) {
        assertThat(row[x]).isGreaterThanOrEqualTo(row[x - 1]);
      }
    }
  }

  /** Each sample is its column's number. */
  private static Planes gradient(int height, int width) {
    float[] values = new float[3 * height * width];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % width;
    }
    return new Planes(height, width, values);
  }
}
