package dev.sanaq.train.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.image.PlanarFloatImage;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageMetricsTest {
  private static final PlanarFloatImage PATTERN = pattern(1);

  /** Both figures computed with numpy, window by window, from the definition. */
  @Test
  void psnrAndSsim_matchDefinition() {
    PlanarFloatImage other = blend(PATTERN, pattern(3), 0.2f);
    assertThat(Psnr.of(PATTERN, other)).isCloseTo(23.4641006, within(1e-4));
    assertThat(Ssim.of(PATTERN, other)).isCloseTo(0.9689074, within(1e-5));
    assertThat(Ssim.of(other, PATTERN)).isEqualTo(Ssim.of(PATTERN, other));
  }

  @Test
  void equalImages_haveInfinitePsnrAndSsimOne() {
    assertThat(Psnr.of(PATTERN, PATTERN)).isInfinite().isPositive();
    assertThat(Ssim.of(PATTERN, PATTERN)).isCloseTo(1, within(1e-12));
  }

  /** What a decoder gives beyond white is white on the image. */
  @Test
  void outOfRangeValues_areClamped() {
    PlanarFloatImage white = solid(1);
    assertThat(Psnr.of(white, solid(1.7f))).isInfinite();
    assertThat(Ssim.of(white, solid(1.7f))).isCloseTo(1, within(1e-12));
    assertThat(Psnr.of(white, solid(-1))).isCloseTo(0, within(1e-9));
  }

  @Test
  void sizeMismatch_isRejected() {
    PlanarFloatImage small = new PlanarFloatImage(4, 4, new float[48]);
    assertThatThrownBy(() -> Psnr.of(small, PATTERN)).hasMessageContaining("4 x 4");
    assertThatThrownBy(() -> Ssim.of(small, small)).hasMessageContaining("window of 11");
  }

  @Test
  void retrieval_ranksOwnImage() {
    List<float[]> candidates = List.of(new float[] {0, 0}, new float[] {1, 0}, new float[] {0, 1});
    Retrieval retrieval = new Retrieval();
    retrieval.add(new float[] {0.1f, 0}, candidates, 0);
    retrieval.add(new float[] {0.1f, 0}, candidates, 1);
    retrieval.add(new float[] {0.2f, 0.3f}, candidates, 2);
    assertThat(retrieval.ranks()).containsExactly(1, 2, 2);
    assertThat(retrieval.topKAccuracy(1)).isCloseTo(1 / 3., within(1e-12));
    assertThat(retrieval.topKAccuracy(2)).isEqualTo(1);
  }

  /** Images are compared part by part, and the last part counts too. */
  @Test
  void retrieval_comparesLastChunk() {
    float[] black = new float[5000];
    float[] dotted = new float[5000];
    dotted[4999] = 1;
    Retrieval retrieval = new Retrieval();
    retrieval.add(dotted.clone(), List.of(black, dotted), 1);
    retrieval.add(dotted.clone(), List.of(black, dotted), 0);
    assertThat(retrieval.ranks()).containsExactly(1, 2);
  }

  /** A model that generates the same grey image for everything has no success. */
  @Test
  void retrieval_tie_isNoSuccess() {
    Retrieval retrieval = new Retrieval();
    retrieval.add(new float[] {1}, List.of(new float[] {0}, new float[] {2}), 0);
    retrieval.add(new float[] {1}, List.of(new float[] {0}, new float[] {2}), 1);
    assertThat(retrieval.topKAccuracy(1)).isZero();
  }

  @Test
  void retrieval_invalidInput_isRejected() {
    Retrieval retrieval = new Retrieval();
    assertThatThrownBy(() -> retrieval.topKAccuracy(1)).hasMessageContaining("no image was added");
    assertThatThrownBy(() -> retrieval.add(new float[] {1}, List.of(new float[] {1, 2}), 0))
        .hasMessageContaining("1 and 2");
  }

  private static PlanarFloatImage pattern(int factor) {
    float[] values = new float[3 * 16 * 20];
    for (int i = 0; i < values.length; i++) {
      int channel = i / 320;
      int y = i / 20 % 16;
      int x = i % 20;
      values[i] = (channel * 31 + y * 17 + x * 7) * factor % 101 / 50f - 1;
    }
    return new PlanarFloatImage(16, 20, values);
  }

  private static PlanarFloatImage blend(PlanarFloatImage a, PlanarFloatImage b, float share) {
    float[] values = new float[a.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (1 - share) * a.values()[i] + share * b.values()[i];
    }
    return new PlanarFloatImage(a.height(), a.width(), values);
  }

  private static PlanarFloatImage solid(float value) {
    float[] values = new float[3 * 16 * 20];
    java.util.Arrays.fill(values, value);
    return new PlanarFloatImage(16, 20, values);
  }
}
