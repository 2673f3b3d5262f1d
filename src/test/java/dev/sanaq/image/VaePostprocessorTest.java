package dev.sanaq.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class VaePostprocessorTest {
  @Test
  void toRgb_planarFloats_interleavesSamples() {
    float[] planes = {-1, 0.5f, /* green */ 1, -0.5f, /* blue */ 0, 0.25f};
    RgbImage image = VaePostprocessor.toRgb(new PlanarFloatImage(1, 2, planes));
    assertThat(image.width()).isEqualTo(2);
    // 127.5 goes to the even 128; 191.25, 63.75 and 159.375 to the nearest
    assertThat(image.samples()).containsExactly(0, 255, 128, 191, 64, 159);
  }

  @Test
  void toRgb_halfLevels_roundToEvenAsNumpy() {
    // 0.5 and 2.5 levels, exactly representable
    float half = 2 * (0.5f / 255) - 1;
    for (float value : new float[] {half, 2 * (2.5f / 255) - 1}) {
      float level = (value * 0.5f + 0.5f) * 255f;
      byte sample =
          VaePostprocessor.toRgb(new PlanarFloatImage(1, 1, new float[] {value, -1, -1}))
              .samples()[0];
      assertThat((int) sample).isEqualTo((int) Math.rint(level));
    }
  }

  @Test
  void toRgb_valuesOutOfRange_clamped() {
    float[] planes = {-3, 7, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY, -1.0001f, 1.0001f};
    assertThat(VaePostprocessor.toRgb(new PlanarFloatImage(1, 2, planes)).samples())
        .containsExactly(0, 0, 0, 255, 255, 255);
  }

  @Test
  void toRgb_nan_throwsNamingPosition() {
    float[] planes = new float[3 * 4 * 5];
    planes[20 + 2 * 5 + 3] = Float.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> VaePostprocessor.toRgb(new PlanarFloatImage(4, 5, planes)))
        .withMessageContaining("row 2, column 3, channel 1");
  }

  @Test
  void planarImage_wrongSampleCount_throws() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PlanarFloatImage(2, 2, new float[11]));
    assertThatIllegalArgumentException().isThrownBy(() -> new PlanarFloatImage(0, 2, new float[0]));
  }
}
