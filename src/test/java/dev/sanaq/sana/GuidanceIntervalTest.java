package dev.sanaq.sana;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static dev.sanaq.sana.TestGenerationParams.singleImage;
import static dev.sanaq.sana.TestGenerationParams.withCount;
import static dev.sanaq.sana.TestGenerationParams.withPrompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.LiveValues;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps outside of the guidance interval have the prediction with the prompt alone. */
class GuidanceIntervalTest {
  private static final double EQUAL = 1e-5;

  /** The reference: int(start * steps) to int(stop * steps) - 1. */
  @ParameterizedTest
  @CsvSource({
    "0, 1, 20, 0, 19",
    "0.2, 0.8, 20, 4, 15",
    "0.29, 0.57, 100, 28, 55",
    "0.5, 1, 3, 1, 2",
    "0, 0.99, 2, 0, 0"
  })
  void contains_isDiffusersRule(double start, double stop, int steps, int first, int last) {
    GuidanceInterval interval = new GuidanceInterval(start, stop);
    assertThat(IntStream.range(0, steps).filter(i -> interval.contains(i, steps)))
        .containsExactlyElementsOf(IntStream.rangeClosed(first, last).boxed().toList());
  }

  @ParameterizedTest
  @CsvSource({"-0.1, 1", "0.5, 0.5", "0.8, 0.2", "0, 1.1", "NaN, 1", "0, NaN"})
  void invalidBounds_areRefused(double start, double stop) {
    assertThatThrownBy(() -> new GuidanceInterval(start, stop))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 <= start < stop <= 1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-sana", "tiny-sana-1.5", "other-sizes"})
  void stepsOutside_areThoseWithoutGuidance(String model) {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline(model, "fp32")) {
      GenerationParams guided = withCount(fox(5), 2);
      List<float[]> full = latents(pipeline, guided);
      List<float[]> plain = latents(pipeline, withPrompt(guided, "a fox", 1));
      assertThat(error(full.get(0), plain.get(0))).isGreaterThan(100 * EQUAL);

      assertThat(error(latents(pipeline, at(guided, 0, 1)).get(2), full.get(2))).isZero();
      List<float[]> begin = latents(pipeline, at(guided, 0, 0.67));
      assertThat(error(begin.get(1), full.get(1))).isZero();
      assertThat(error(begin.get(2), full.get(2))).isGreaterThan(100 * EQUAL);
      List<float[]> end = latents(pipeline, at(guided, 0.34, 1));
      assertThat(error(end.get(0), plain.get(0))).isLessThan(EQUAL);
      assertThat(error(end.get(1), plain.get(1))).isGreaterThan(100 * EQUAL);
      List<float[]> nowhere = latents(pipeline, at(guided, 0, 0.1));
      assertThat(error(nowhere.get(2), plain.get(2))).isLessThan(EQUAL);
    }
  }

  @Test
  void batch_everyImageEqualsSingleGeneration_noMemoryRemains() {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      GenerationParams three = at(withCount(fox(5), 3), 0.34, 0.67);
      long before = LiveValues.count();
      List<RgbImage> images = pipeline.generate(three, ProgressListener.NONE).images();
      assertThat(LiveValues.count()).isEqualTo(before);
      for (int i = 0; i < 3; i++) {
        GenerationParams one = at(singleImage(three, i), 0.34, 0.67);
        TestImages.assertWithinOneLevel(
            images.get(i), pipeline.generate(one, ProgressListener.NONE).images().get(0), 0.001);
      }
    }
  }

  @Test
  void batchKey_differsByInterval_unlessThereIsNoGuidance() {
    GenerationParams guided = fox(1);
    assertThat(BatchKey.of(at(guided, 0.2, 0.8))).isNotEqualTo(BatchKey.of(guided));
    GenerationParams plain = withPrompt(guided, "a fox", 1);
    assertThat(BatchKey.of(at(plain, 0.2, 0.8))).isEqualTo(BatchKey.of(plain));
  }

  private static GenerationParams at(GenerationParams params, double start, double stop) {
    return params.withGuidanceInterval(new GuidanceInterval(start, stop));
  }

  private static List<float[]> latents(SanaPipeline pipeline, GenerationParams params) {
    List<float[]> seen = new ArrayList<>();
    pipeline.generate(
        params, ProgressListener.NONE, (step, latents) -> seen.add(latents.toFloats()));
    return seen;
  }

  private static double error(float[] actual, float[] expected) {
    return NumericAssertions.relativeError(actual, expected);
  }
}
