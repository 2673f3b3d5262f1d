package dev.sanaq.sana.pipeline;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sanaq.checkpoint.write.DemoCheckpoint;
import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.TestGenerationParams;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.PerturbedAttention;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.NoiseLevel;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.solver.SolverSettings;
import dev.sanaq.sana.solver.StepCache;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.LiveValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The step cache: which steps it changes, and that an image does not depend on its batch. */
class StepCacheTest {
  private static final int SIDE = 64;

  /** The noise levels of 8 steps. */
  private static final List<NoiseLevel> EULER =
      SolverKind.FLOW_EULER.schedule(SolverSettings.PUBLISHED, 8).levels();

  @TempDir private Path folder = Path.of("");

  /** Euler's steps are x' = x + (level' - level) v, so that the latents tell each velocity. */
  @ParameterizedTest
  @CsvSource({"0", "1", "2"})
  void cachedStep_hasExtrapolatedVelocity_othersAreEvaluated(int order) {
    GenerationParams plain = steps(fox(5), 8, SolverKind.FLOW_EULER);
    try (SanaPipeline pipeline = load("tiny-sana")) {
      List<float[]> full = latents(pipeline, plain);
      List<float[]> cached =
          latents(pipeline, plain.withStepCache(StepCache.of(List.of(4, 5), order)));
      for (int i = 0; i < 4; i++) {
        assertThat(cached.get(i)).as("step %s", i).isEqualTo(full.get(i));
      }
      assertThat(cached.get(4)).isNotEqualTo(full.get(4));
      for (int step : List.of(4, 5)) {
        assertThat(largestDifference(velocity(cached, step), extrapolated(cached, order, step)))
            .isLessThan(1e-3);
      }
      assertThat(largestDifference(velocity(cached, 6), extrapolated(cached, order, 6)))
          .isGreaterThan(1e-2);
    }
  }

  /** Rows of one batch differ in prompt, seed, guidance, source, mask and perturbation. */
  @ParameterizedTest
  @CsvSource({"tiny-sana, FLOW_DPM", "tiny-sana-1.5, FLOW_EULER"})
  void batch_everyImageEqualsSingleGeneration_noMemoryRemains(String model, SolverKind solver) {
    StepCache cache = StepCache.of(List.of(2, 3, 5), 2);
    GuidanceInterval middle = new GuidanceInterval(0.3, 0.9);
    List<GenerationParams> batch =
        List.of(
            steps(fox(1), 7, solver),
            steps(fox(2), 7, solver),
            steps(fox(3), 7, solver)
                .withConditioning(Conditioning.NONE.withSource(source(Optional.of(leftHalf())))));
    try (SanaPipeline pipeline = load(model)) {
      for (boolean perturbed : new boolean[] {false, true}) {
        List<GenerationParams> cached =
            batch.stream()
                .map(one -> perturbed ? perturb(one) : one)
                .map(one -> one.withStepCache(cache).withGuidanceInterval(middle))
                .toList();
        long before = LiveValues.count();
        List<RgbImage> together = images(pipeline.generateBatch(cached, neverCancelled()));
        assertThat(LiveValues.count()).isEqualTo(before);
        for (int i = 0; i < cached.size(); i++) {
          TestImages.assertWithinOneLevel(together.get(i), image(pipeline, cached.get(i)), 0.001);
          RgbImage full = image(pipeline, cached.get(i).withStepCache(StepCache.NONE));
          assertThat(TestImages.meanDifference(together.get(i), full)).isPositive();
        }
      }
    }
  }

  @Test
  void entryCancelledBeforeCachedStep_othersUnaffected() {
    StepCache cache = StepCache.of(List.of(3, 4), 1);
    List<GenerationParams> batch =
        List.of(
            steps(fox(1), 6, SolverKind.FLOW_DPM).withStepCache(cache),
            steps(fox(2), 6, SolverKind.FLOW_DPM).withStepCache(cache),
            steps(fox(3), 6, SolverKind.FLOW_DPM).withStepCache(cache));
    try (SanaPipeline pipeline = load("tiny-sana")) {
      int[] done = new int[1];
      List<BatchResult> results =
          pipeline.generateBatch(
              batch,
              new BatchControl() {
                @Override
                public void onProgress(int ended, int all) {
                  done[0] = ended;
                }

                @Override
                public boolean shouldContinue(int entry) {
                  return entry != 1 || done[0] < 3;
                }
              });
      assertThat(results.get(1)).isInstanceOf(BatchResult.Cancelled.class);
      for (int i : List.of(0, 2)) {
        TestImages.assertWithinOneLevel(
            images(List.of(results.get(i))).get(0), image(pipeline, batch.get(i)), 0.001);
      }
    }
  }

  @Test
  void batchKey_otherStepCache_differs_withControlNetItHasNone() {
    GenerationParams fast = fox(1).withStepCache(StepCache.ofPreset("fast"));
    assertThat(BatchKey.of(fast)).isNotEqualTo(BatchKey.of(fox(1)));
    assertThat(BatchKey.of(fast))
        .isNotEqualTo(BatchKey.of(fox(1).withStepCache(StepCache.ofPreset("slow"))));
    ControlImage control = new ControlImage("", stripes(), 1, GuidanceInterval.ALL_STEPS);
    Conditioning controlled = Conditioning.NONE.withControl(control);
    assertThat(BatchKey.of(fast.withConditioning(controlled)))
        .isEqualTo(BatchKey.of(fox(1).withConditioning(controlled)));
  }

  @Test
  void missingPresetAndSprint_areRefusedByName() {
    GenerationParams fast = fox(1).withStepCache(StepCache.ofPreset("fast"));
    try (SanaPipeline pipeline = load("tiny-sana")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> image(pipeline, fast))
          .withMessage(
              "step cache fast: the model has none for 3 steps of flow-dpm;"
                  + " sanaq benchmark --tune-cache finds it");
    }
    try (SanaPipeline sprint = load("tiny-sana-sprint")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> image(sprint, steps(fast, 2, SolverKind.SCM)))
          .withMessageContaining("SANA-Sprint has no step cache");
    }
  }

  /** The presets that ship stay as near to the full images as their file says. */
  @ParameterizedTest
  @CsvSource({"slow, 1", "medium, 2"})
  void emojiPreset_staysNearFullImages(String preset, double levels) {
    Path model = DemoCheckpoint.write(folder);
    try (SanaPipeline pipeline = SanaPipeline.load(model, options())) {
      List<GenerationParams> batch = new ArrayList<>();
      List<String> prompts =
          List.of("a red apple", "a fox on a purple background", "a photo of a rocket", "a pizza");
      for (int i = 0; i < 4; i++) {
        batch.add(
            new GenerationParams(
                prompts.get(i),
                "",
                128,
                128,
                20,
                2.5,
                900 + i,
                1,
                SolverKind.FLOW_DPM,
                true,
                true,
                List.of()));
      }
      List<RgbImage> full = images(pipeline.generateBatch(batch, neverCancelled()));
      List<RgbImage> cached =
          images(
              pipeline.generateBatch(
                  batch.stream().map(one -> one.withStepCache(StepCache.ofPreset(preset))).toList(),
                  neverCancelled()));
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += TestImages.meanDifference(cached.get(i), full.get(i));
      }
      assertThat(sum / 4).isGreaterThan(0.01).isLessThan(levels);
    }
  }

  /** That of a step, from 1. */
  private static double[] velocity(List<float[]> latents, int step) {
    double change = EULER.get(step + 1).noiseScale() - EULER.get(step).noiseScale();
    double[] velocity = new double[latents.get(step).length];
    for (int i = 0; i < velocity.length; i++) {
      velocity[i] = ((double) latents.get(step)[i] - latents.get(step - 1)[i]) / change;
    }
    return velocity;
  }

  /** From the velocities of steps 3, 2 and 1, by Neville's scheme. */
  private static double[] extrapolated(List<float[]> latents, int order, int step) {
    double at = EULER.get(step).noiseScale();
    double[][] values = new double[order + 1][];
    for (int j = 0; j <= order; j++) {
      values[j] = velocity(latents, 3 - j);
    }
    for (int width = 1; width <= order; width++) {
      for (int j = 0; j + width <= order; j++) {
        double near = EULER.get(3 - j).noiseScale();
        double far = EULER.get(3 - j - width).noiseScale();
        for (int i = 0; i < values[j].length; i++) {
          values[j][i] =
              ((at - far) * values[j][i] - (at - near) * values[j + 1][i]) / (near - far);
        }
      }
    }
    return values[0];
  }

  private static double largestDifference(double[] one, double[] other) {
    return IntStream.range(0, one.length)
        .mapToDouble(i -> Math.abs(one[i] - other[i]))
        .max()
        .orElseThrow();
  }

  private static SanaPipeline load(String model) {
    return SanaPipeline.load(TestGenerationParams.checkpointPath(model), options());
  }

  private static PipelineOptions options() {
    return new PipelineOptions("fp32", "", 0, "cpu", List.of(), false);
  }

  private static BatchControl neverCancelled() {
    return BatchControl.reportingTo(ProgressListener.NONE);
  }

  private static GenerationParams steps(GenerationParams params, int steps, SolverKind solver) {
    return new GenerationParams(
            params.prompt(),
            params.negativePrompt(),
            SIDE,
            SIDE,
            steps,
            params.guidanceScale(),
            params.seed(),
            1,
            solver,
            false,
            true,
            List.of())
        .withStepCache(params.stepCache());
  }

  private static GenerationParams perturb(GenerationParams params) {
    return params.withConditioning(
        params
            .conditioning()
            .withPerturbedAttention(new PerturbedAttention(2, 0.001, List.of(0, 2))));
  }

  private static SourceImage source(Optional<MaskImage> mask) {
    return new SourceImage(stripes(), mask, 1, true);
  }

  private static RgbImage stripes() {
    byte[] samples = new byte[3 * SIDE * SIDE];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (60 * (i % 3 + 1) + i / 3 % SIDE / 8 % 2 * 70);
    }
    return new RgbImage(SIDE, SIDE, samples);
  }

  private static MaskImage leftHalf() {
    byte[] samples = new byte[SIDE * SIDE];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i % SIDE < SIDE / 2 ? 255 : 0);
    }
    return new MaskImage(SIDE, SIDE, samples);
  }

  private static RgbImage image(SanaPipeline pipeline, GenerationParams params) {
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }

  private static List<RgbImage> images(List<BatchResult> results) {
    return results.stream()
        .flatMap(result -> ((BatchResult.Done) result).result().images().stream())
        .toList();
  }

  /** The latents after each step. */
  private static List<float[]> latents(SanaPipeline pipeline, GenerationParams params) {
    List<float[]> seen = new ArrayList<>();
    pipeline.generate(
        params, ProgressListener.NONE, (step, latents) -> seen.add(latents.toFloats()));
    return seen;
  }
}
