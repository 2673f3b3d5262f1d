package dev.sanaq.sana;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static dev.sanaq.sana.TestGenerationParams.singleImage;
import static dev.sanaq.sana.TestGenerationParams.withCount;
import static dev.sanaq.sana.TestGenerationParams.withPrompt;
import static dev.sanaq.sana.TestGenerationParams.withSize;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.checkpoint.read.Checkpoint;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.pipeline.PipelineProbe;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.sana.text.SmallVocabularyTextEncoder;
import dev.sanaq.sana.text.TextEncoder;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.NumericAssertions;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.DevicePlacement;
import dev.sanaq.torch.DevicePlacement.Kernels;
import dev.sanaq.torch.LiveValues;
import dev.sanaq.torch.Precision;
import dev.sanaq.torch.ScriptValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An image of a batch equals the same image alone, whatever happens to the other entries. */
class GenerateBatchTest {
  /** Relative error of the last latents. Seen: 7e-6, mostly below 1e-6. */
  private static final double FP32_LATENTS = 1e-5;

  /**
   * Mostly zero. But sums over padded rows can differ in the last bit of fp32, and where that
   * changes a rounding, the difference is 1 in 256 (bf16) or 2048 (fp16). Seen: 1.2e-2, while the
   * precision itself is 3e-2 from fp32.
   */
  private static final double LOW_PRECISION_LATENTS = 2.5e-2;

  /**
   * The corresponding mean difference in levels of 255. Seen: 1.1, while the precision itself
   * differs by 2.
   */
  private static final double LOW_PRECISION_LEVELS = 1.5;

  /** As a GPU computes. */
  @ParameterizedTest
  @CsvSource({
    "tiny-sana, FP32, 64",
    "tiny-sana-1.5, FP32, 256",
    "tiny-sana-1.5, BF16, 128",
    "tiny-sana-4k, FP32, 256",
    "tiny-sana-sprint, BF16, 64",
    "other-sizes, FP32, 64"
  })
  void generateBatch_plainKernels_equalsSingleGeneration(
      String model, Precision precision, int side) {
    Checkpoint checkpoint = Checkpoint.open(TestGenerationParams.checkpointPath(model));
    DevicePlacement placement = DevicePlacement.cpu(precision).withKernels(Kernels.PLAIN);
    try (SanaPipeline pipeline = SanaPipeline.load(checkpoint, placement, TextEncoder::load)) {
      assertBatchEqualsSingleGenerations(pipeline, side);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-sana, fp32, 64",
    "tiny-sana, bf16, 64",
    "tiny-sana, fp16, 64",
    "tiny-sana-1.5, fp32, 256",
    "tiny-sana-1.5, bf16, 128",
    "tiny-sana-1.5, fp16, 128",
    "tiny-sana-4k, fp32, 256",
    "tiny-sana-4k, bf16, 128",
    "tiny-sana-sprint, fp32, 64",
    "tiny-sana-sprint, bf16, 64",
    "tiny-sana-sprint, fp16, 64",
    "other-sizes, fp32, 64",
    "other-sizes, bf16, 64"
  })
  void generateBatch_everyImage_equalsSingleGeneration(String model, String precision, int side) {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline(model, precision)) {
      assertBatchEqualsSingleGenerations(pipeline, side);
    }
  }

  private static void assertBatchEqualsSingleGenerations(SanaPipeline pipeline, int side) {
    String model = pipeline.model().name();
    String precision = pipeline.model().precision();
    for (SolverKind solver : pipeline.model().solvers()) {
      List<GenerationParams> batch = differingParams(solver, side);
      LastLatents together = new LastLatents();
      List<RgbImage> images =
          images(pipeline.generateBatch(batch, new NeverCancelControl(), together));
      assertThat(images).hasSize(6);
      int row = 0;
      for (GenerationParams params : batch) {
        for (int i = 0; i < params.count(); i++, row++) {
          LastLatents own = new LastLatents();
          RgbImage one =
              pipeline.generate(singleImage(params, i), ProgressListener.NONE, own).images().get(0);
          double error = NumericAssertions.relativeError(together.row(row, 6), own.row(0, 1));
          String what = "%s %s %s image %s".formatted(model, precision, solver, row);
          if (precision.equals("fp32")) {
            assertThat(error).as(what).isLessThan(FP32_LATENTS);
            TestImages.assertWithinOneLevel(images.get(row), one, 0.001);
          } else {
            assertThat(error).as(what).isLessThan(LOW_PRECISION_LATENTS);
            assertThat(TestImages.meanDifference(images.get(row), one))
                .as(what)
                .isLessThan(LOW_PRECISION_LEVELS);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tiny-sana, FLOW_DPM",
    "tiny-sana-1.5, FLOW_EULER",
    "tiny-sana-sprint, SCM",
  })
  void generateBatch_entryCancelledMidway_othersUnaffected(String model, SolverKind solver) {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline(model, "fp32")) {
      List<GenerationParams> batch = differingParams(solver, 64);
      CancelAfterStep progress = new CancelAfterStep(1, 2);
      List<Long> together = new ArrayList<>();
      List<BatchResult> results =
          pipeline.generateBatch(
              batch, progress, (done, latents) -> together.add(latents.shape()[0]));
      assertThat(together).containsExactly(6L, 6L, 4L, 4L);
      assertThat(results.get(1)).isInstanceOf(BatchResult.Cancelled.class);
      for (int entry : new int[] {0, 2, 3}) {
        assertEqualsSingleGeneration(pipeline, batch.get(entry), results.get(entry));
      }
    }
  }

  @Test
  void generateBatch_allCancelled_stopsAndReleasesMemory() {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      long before = LiveValues.count();
      List<Integer> steps = new ArrayList<>();
      List<BatchResult> results =
          pipeline.generateBatch(
              List.of(withCount(fox(1), 3)),
              new CancelAfterStep(0, 2),
              (done, latents) -> steps.add(done));
      assertThat(results).hasSize(1).hasOnlyElementsOfType(BatchResult.Cancelled.class);
      assertThat(steps).containsExactly(1, 2);
      assertThat(LiveValues.count()).isEqualTo(before);
    }
  }

  @Test
  void generateBatch_cancelledAfterLastStep_isNotDecoded() {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      DecodeCounter decodings = new DecodeCounter();
      List<BatchResult> results =
          pipeline.generateBatch(List.of(fox(1), fox(2)), new CancelAfterStep(0, 3), decodings);
      assertThat(results.get(0)).isInstanceOf(BatchResult.Cancelled.class);
      assertEqualsSingleGeneration(pipeline, fox(2), results.get(1));
      assertThat(decodings.count).isEqualTo(1);
    }
  }

  @Test
  void generateBatch_unencodablePrompt_failsOnlyThatEntry() {
    Checkpoint checkpoint = Checkpoint.open(Fixtures.path("tiny-sana/checkpoint"));
    try (SanaPipeline pipeline =
        SanaPipeline.load(
            checkpoint,
            DevicePlacement.cpu(Precision.FP32),
            SmallVocabularyTextEncoder.loader("a fox", "blurry"))) {
      GenerationParams bad = withPrompt(fox(2), "a horse, a fox", 4.5);
      List<BatchResult> results =
          pipeline.generateBatch(List.of(fox(1), bad, fox(3)), new NeverCancelControl());
      assertThat(results.get(1)).isInstanceOf(BatchResult.Failed.class);
      assertThat(((BatchResult.Failed) results.get(1)).cause()).hasMessageContaining("vocabulary");
      assertEqualsSingleGeneration(pipeline, fox(1), results.get(0));
      assertEqualsSingleGeneration(pipeline, fox(3), results.get(2));
      assertThatThrownBy(() -> pipeline.generate(bad, ProgressListener.NONE))
          .hasMessageContaining("vocabulary");
    }
  }

  @Test
  void generateBatch_unsupportedOrMixedSizes_throws() {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      GenerationParams odd = withSize(fox(1), 100, 64);
      assertThatThrownBy(() -> pipeline.generateBatch(List.of(odd, odd), new NeverCancelControl()))
          .isInstanceOf(UnsupportedSizeException.class);
      assertThatThrownBy(
              () ->
                  pipeline.generateBatch(
                      List.of(fox(1), withSize(fox(1), 96, 64)), new NeverCancelControl()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("one batch key");
      assertThat(pipeline.maxBatchImages(BatchKey.of(odd))).isEqualTo(1);
    }
  }

  @Test
  void generateBatch_progressIsShared_timingsPerEntry() {
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      List<String> seen = new ArrayList<>();
      NeverCancelControl progress =
          new NeverCancelControl() {
            @Override
            public void onProgress(int done, int steps) {
              seen.add(done + "/" + steps);
            }
          };
      int together = pipeline.maxBatchImages(BatchKey.of(fox(1)));
      List<BatchResult> results =
          pipeline.generateBatch(List.of(withCount(fox(1), together), fox(2)), progress);
      assertThat(seen).containsExactly("0/6", "1/6", "2/6", "3/6", "4/6", "5/6", "6/6");
      for (BatchResult result : results) {
        assertThat(((BatchResult.Done) result).result().timings())
            .containsOnlyKeys("text", "denoise", "decode", "resize");
      }
    }
  }

  /** Six images in four entries that differ in everything that a batch key allows. */
  private static List<GenerationParams> differingParams(SolverKind solver, int side) {
    String longPrompt = "a fox that jumps over a lazy dog in the light of an evening in autumn";
    return List.of(
        new GenerationParams(
            "a fox", "", side, side, 4, 4.5, 40, 1, solver, false, true, List.of()),
        new GenerationParams(
            longPrompt, "blurry, ugly", side, side, 4, 2, 50, 2, solver, false, true, List.of()),
        new GenerationParams("", "", side, side, 4, 7.5, 1, 1, solver, false, false, List.of()),
        new GenerationParams(
            "two foxes", "blurry", side, side, 4, 3, 70, 2, solver, false, true, List.of()));
  }

  private static List<RgbImage> images(List<BatchResult> results) {
    return results.stream()
        .flatMap(result -> ((BatchResult.Done) result).result().images().stream())
        .toList();
  }

  private static void assertEqualsSingleGeneration(
      SanaPipeline pipeline, GenerationParams params, BatchResult result) {
    List<RgbImage> images = images(List.of(result));
    assertThat(images).hasSize(params.count());
    IntStream.range(0, params.count())
        .forEach(
            i ->
                TestImages.assertWithinOneLevel(
                    images.get(i),
                    pipeline
                        .generate(singleImage(params, i), ProgressListener.NONE)
                        .images()
                        .get(0),
                    0.001));
  }

  /** Records the latents after the last step. */
  private static final class LastLatents implements PipelineProbe {
    private float[] all = {};

    @Override
    public void onStepEnd(int done, ScriptValue latents) {
      all = latents.toFloats();
    }

    float[] row(int row, int rows) {
      int each = all.length / rows;
      return Arrays.copyOfRange(all, row * each, (row + 1) * each);
    }
  }

  /** Cancels one entry after a number of steps. */
  private static final class CancelAfterStep extends NeverCancelControl {
    private final int entryIndex;
    private final int steps;
    private int done;

    CancelAfterStep(int entryIndex, int steps) {
      this.entryIndex = entryIndex;
      this.steps = steps;
    }

    @Override
    public void onProgress(int ended, int all) {
      done = ended;
    }

    @Override
    public boolean shouldContinue(int entry) {
      return entry != entryIndex || done < steps;
    }
  }

  private static final class DecodeCounter implements PipelineProbe {
    private int count;

    @Override
    public void onStepEnd(int done, ScriptValue latents) {}

    @Override
    public void onDecode(int tile) {
      count++;
    }
  }
}
