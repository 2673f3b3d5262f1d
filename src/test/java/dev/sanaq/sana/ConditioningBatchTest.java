package dev.sanaq.sana;

import static dev.sanaq.sana.TestGenerationParams.fox;
import static dev.sanaq.sana.TestGenerationParams.withCount;
import static dev.sanaq.sana.TestGenerationParams.withSolver;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.MaskImage;
import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.conditioning.Conditioning;
import dev.sanaq.sana.conditioning.ConditioningFixture;
import dev.sanaq.sana.conditioning.ControlImage;
import dev.sanaq.sana.conditioning.PerturbedAttention;
import dev.sanaq.sana.conditioning.SourceImage;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.solver.GuidanceInterval;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.image.TestImages;
import dev.sanaq.torch.LiveValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images of a batch with and without input images equal the same images alone. */
class ConditioningBatchTest {
  private static final int SIDE = 64;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @CsvSource({"tiny-sana, FLOW_DPM", "tiny-sana-1.5, FLOW_EULER", "tiny-sana-sprint, SCM"})
  void generateBatch_withAndWithoutSourceImages_equalsSingleGeneration(
      String model, SolverKind solver) {
    List<GenerationParams> batch =
        List.of(
            fox(1),
            withCount(fox(2), 2).withConditioning(source(7, 1, Optional.empty())),
            fox(4).withConditioning(source(8, 1, Optional.of(leftHalf()))),
            fox(5));
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline(model, "fp32")) {
      assertEachEqualsSingleGeneration(
          pipeline, batch.stream().map(params -> withSolverKept(params, solver)).toList());
    }
  }

  @Test
  void generateBatch_perturbedAttentionOfDifferentScales_equalsSingleGeneration() {
    List<GenerationParams> batch = new ArrayList<>();
    for (double[] scales : new double[][] {{2, 0}, {3, 0.005}, {0.5, 0}}) {
      PerturbedAttention guidance = new PerturbedAttention(scales[0], scales[1], List.of(0, 2));
      batch.add(fox(1).withConditioning(Conditioning.NONE.withPerturbedAttention(guidance)));
    }
    batch.add(batch.get(1).withConditioning(both(source(7, 1, Optional.empty()), 3)));
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      List<RgbImage> images = assertEachEqualsSingleGeneration(pipeline, batch);
      assertDifferent(images);
    }
  }

  @Test
  void generateBatch_controlImagesOfDifferentScales_equalsSingleGeneration() {
    GuidanceInterval half = new GuidanceInterval(0, 0.5);
    List<GenerationParams> batch =
        List.of(
            fox(1).withConditioning(control(7, 1, GuidanceInterval.ALL_STEPS)),
            fox(1).withConditioning(control(7, 0.5, GuidanceInterval.ALL_STEPS)),
            fox(1).withConditioning(control(7, 1, half)),
            fox(1).withConditioning(control(8, 1, GuidanceInterval.ALL_STEPS)));
    try (SanaPipeline pipeline = loadWithControlNet()) {
      List<RgbImage> images = assertEachEqualsSingleGeneration(pipeline, batch);
      assertDifferent(images);
      GenerationParams off = fox(1).withConditioning(control(7, 0, GuidanceInterval.ALL_STEPS));
      assertThat(generate(pipeline, off).samples()).isEqualTo(generate(pipeline, fox(1)).samples());
    }
  }

  /** Guidance intervals leave out the rows without the prompt, of the ControlNet too. */
  @Test
  void generate_everyKindWithGuidanceInterval_equalsBatch() {
    Conditioning all =
        new Conditioning(
            source(7, 0.9, Optional.of(leftHalf())).source(),
            control(8, 1, GuidanceInterval.ALL_STEPS).control(),
            Optional.of(new PerturbedAttention(2, 0, List.of(1))));
    GenerationParams params =
        fox(1).withConditioning(all).withGuidanceInterval(new GuidanceInterval(0.4, 0.7));
    try (SanaPipeline pipeline = loadWithControlNet()) {
      assertEachEqualsSingleGeneration(pipeline, List.of(params, params));
      GenerationParams always = params.withGuidanceInterval(GuidanceInterval.ALL_STEPS);
      assertDifferent(List.of(generate(pipeline, params), generate(pipeline, always)));
    }
  }

  @Test
  void generateBatch_entryCancelledMidway_othersUnaffectedAndMemoryReleased() {
    List<GenerationParams> batch =
        List.of(
            fox(1).withConditioning(both(control(7, 1, GuidanceInterval.ALL_STEPS), 2)),
            fox(2).withConditioning(both(control(8, 1, GuidanceInterval.ALL_STEPS), 3)),
            fox(3)
                .withConditioning(
                    both(control(9, 1, GuidanceInterval.ALL_STEPS), 1)
                        .withSource(source(5, 1, Optional.of(leftHalf())).source().get())));
    try (SanaPipeline pipeline = loadWithControlNet()) {
      RgbImage first = generate(pipeline, batch.get(0));
      RgbImage third = generate(pipeline, batch.get(2));
      long before = LiveValues.count();
      List<BatchResult> results =
          pipeline.generateBatch(
              batch,
              new NeverCancelControl() {
                private int done;

                @Override
                public void onProgress(int ended, int all) {
                  done = ended;
                }

                @Override
                public boolean shouldContinue(int entry) {
                  return entry != 1 || done < 1;
                }
              });
      assertThat(results.get(1)).isInstanceOf(BatchResult.Cancelled.class);
      TestImages.assertWithinOneLevel(image(results.get(0)), first, 0.001);
      TestImages.assertWithinOneLevel(image(results.get(2)), third, 0.001);
      assertThat(LiveValues.count()).isEqualTo(before);
    }
  }

  @Test
  void batchKey_otherStrengthLayersOrControlNet_differs() {
    BatchKey text = BatchKey.of(fox(1));
    assertThat(BatchKey.of(fox(2).withConditioning(source(7, 1, Optional.empty()))))
        .isEqualTo(text);
    assertThat(BatchKey.of(fox(2).withConditioning(source(7, 0.5, Optional.empty()))))
        .isNotEqualTo(text)
        .isEqualTo(BatchKey.of(fox(3).withConditioning(source(9, 0.6, Optional.of(leftHalf())))));
    assertThat(BatchKey.of(fox(2).withConditioning(both(Conditioning.NONE, 2)))).isNotEqualTo(text);
    assertThat(BatchKey.of(fox(2).withConditioning(control(7, 1, GuidanceInterval.ALL_STEPS))))
        .isNotEqualTo(text);
  }

  /** The pixels outside of the mask are the source's own; without a composite they are decoded. */
  @Test
  void generate_inpainting_keepsSourcePixelsUnlessTold() {
    SourceImage source = source(7, 1, Optional.of(leftHalf())).source().orElseThrow();
    SourceImage plain = new SourceImage(source.image(), source.mask(), 1, false);
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      RgbImage composite =
          generate(pipeline, fox(1).withConditioning(Conditioning.NONE.withSource(source)));
      RgbImage decoded =
          generate(pipeline, fox(1).withConditioning(Conditioning.NONE.withSource(plain)));
      int untouched = 0;
      int changed = 0;
      for (int i = 0; i < composite.samples().length; i++) {
        boolean white = i / 3 % SIDE < SIDE / 2;
        if (!white) {
          assertThat(composite.samples()[i]).isEqualTo(source.image().samples()[i]);
          untouched++;
          changed += decoded.samples()[i] == source.image().samples()[i] ? 0 : 1;
        } else if (i / 3 % SIDE < SIDE / 2 - 2) {
          assertThat(composite.samples()[i]).isEqualTo(decoded.samples()[i]);
        }
      }
      assertThat(untouched).isEqualTo(3 * SIDE * SIDE / 2);
      assertThat(changed).isGreaterThan(untouched / 2);
    }
  }

  /** With resolution binning 100 x 60 is generated as 96 x 64 or so, and resized back. */
  @Test
  void generate_sourceOfAnotherSize_resultHasRequestedSizeAndSourcePixels() {
    byte[] mask = new byte[100 * 60];
    Arrays.fill(mask, 0, 100 * 20, (byte) 255);
    RgbImage image = image(3, 100, 60);
    SourceImage source = new SourceImage(image, Optional.of(new MaskImage(100, 60, mask)), 1, true);
    GenerationParams params =
        new GenerationParams(
                "a fox", "", 100, 60, 2, 1, 1, 1, SolverKind.FLOW_DPM, true, true, List.of())
            .withConditioning(Conditioning.NONE.withSource(source));
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("other-sizes", "fp32")) {
      RgbImage result = generate(pipeline, params);
      assertThat(result.width()).isEqualTo(100);
      assertThat(result.height()).isEqualTo(60);
      for (int i = 3 * 100 * 20; i < result.samples().length; i++) {
        assertThat(result.samples()[i]).isEqualTo(image.samples()[i]);
      }
    }
  }

  @Test
  void generate_unsupportedConditioning_throwsNamingIt() {
    GenerationParams perturbed = fox(1).withConditioning(both(Conditioning.NONE, 2));
    GenerationParams tooDeep =
        fox(1)
            .withConditioning(
                Conditioning.NONE.withPerturbedAttention(
                    new PerturbedAttention(1, 0, List.of(1, 3))));
    GenerationParams controlled =
        fox(1).withConditioning(control(7, 1, GuidanceInterval.ALL_STEPS));
    try (SanaPipeline pipeline = TestGenerationParams.loadPipeline("tiny-sana", "fp32")) {
      assertThatThrownBy(() -> generate(pipeline, tooDeep))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("pag layers [1, 3]: this model has the blocks 0 to 2");
      assertThatThrownBy(() -> generate(pipeline, controlled))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("this model has no ControlNet");
    }
    try (SanaPipeline sprint = TestGenerationParams.loadPipeline("tiny-sana-sprint", "fp32")) {
      assertThatThrownBy(() -> generate(sprint, withSolverKept(perturbed, SolverKind.SCM)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("SANA-Sprint");
    }
  }

  private static GenerationParams withSolverKept(GenerationParams params, SolverKind solver) {
    return withSolver(params, solver).withConditioning(params.conditioning());
  }

  private static List<RgbImage> assertEachEqualsSingleGeneration(
      SanaPipeline pipeline, List<GenerationParams> batch) {
    List<RgbImage> all = new ArrayList<>();
    List<BatchResult> results = pipeline.generateBatch(batch, new NeverCancelControl());
    for (int i = 0; i < batch.size(); i++) {
      List<RgbImage> together = ((BatchResult.Done) results.get(i)).result().images();
      for (int j = 0; j < together.size(); j++) {
        GenerationParams alone =
            TestGenerationParams.singleImage(batch.get(i), j)
                .withGuidanceInterval(batch.get(i).guidanceInterval())
                .withConditioning(batch.get(i).conditioning());
        TestImages.assertWithinOneLevel(together.get(j), generate(pipeline, alone), 0.001);
      }
      all.addAll(together);
    }
    return all;
  }

  private static void assertDifferent(List<RgbImage> images) {
    for (int i = 0; i < images.size(); i++) {
      for (int j = 0; j < i; j++) {
        assertThat(TestImages.meanDifference(images.get(i), images.get(j)))
            .as("images %s and %s", j, i)
            .isGreaterThan(0.05);
      }
    }
  }

  private static RgbImage generate(SanaPipeline pipeline, GenerationParams params) {
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }

  private static RgbImage image(BatchResult result) {
    return ((BatchResult.Done) result).result().images().get(0);
  }

  private SanaPipeline loadWithControlNet() {
    ConditioningFixture.copy(Fixtures.path("tiny-sana/checkpoint"), folder);
    ConditioningFixture.copy(Fixtures.path("conditioning/controlnet/checkpoint"), folder);
    return SanaPipeline.load(folder, new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
  }

  private static Conditioning source(int seed, double strength, Optional<MaskImage> mask) {
    return Conditioning.NONE.withSource(
        new SourceImage(image(seed, SIDE, SIDE), mask, strength, true));
  }

  private static Conditioning control(int seed, double scale, GuidanceInterval interval) {
    return Conditioning.NONE.withControl(
        new ControlImage("", image(seed, SIDE, SIDE), scale, interval));
  }

  private static Conditioning both(Conditioning other, double pagScale) {
    return other.withPerturbedAttention(new PerturbedAttention(pagScale, 0, List.of(0, 2)));
  }

  private static MaskImage leftHalf() {
    byte[] samples = new byte[SIDE * SIDE];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i % SIDE < SIDE / 2 ? 255 : 0);
    }
    return new MaskImage(SIDE, SIDE, samples);
  }

  /** Stripes of a colour and a width of their own. */
  private static RgbImage image(int seed, int width, int height) {
    byte[] samples = new byte[3 * width * height];
    for (int i = 0; i < samples.length; i++) {
      int x = i / 3 % width;
      samples[i] = (byte) (40 * seed * (i % 3 + 1) + (x / seed % 2) * 90);
    }
    return new RgbImage(width, height, samples);
  }
}
