package dev.sanaq.sana.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.TestGenerationParams;
import dev.sanaq.sana.pipeline.PipelineOptions;
import dev.sanaq.sana.pipeline.SanaPipeline;
import dev.sanaq.sana.select.ScoredImage;
import dev.sanaq.sana.select.Selection;
import dev.sanaq.testing.image.TestImages;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The best of the candidates are kept, and each is the image of its seed alone. */
class SelectingGeneratorTest {
  private static final int SEED = 40;
  private static final int CANDIDATES = 5;

  @SuppressWarnings("NullAway.Init") // set before all tests
  private static SanaPipeline pipeline;

  private final BrightnessScorer scorer = new BrightnessScorer();
  private final SelectingGenerator generator = new SelectingGenerator(pipeline, scorer);

  /** The mean level of an image; no number for the prompt "broken". */
  private static final class BrightnessScorer implements ImageScorer {
    private final List<Integer> calls = new ArrayList<>();

    @Override
    public List<Double> scoreAll(String prompt, List<RgbImage> images) {
      calls.add(images.size());
      return images.stream()
          .map(image -> prompt.equals("broken") ? Double.NaN : brightness(image))
          .toList();
    }

    @Override
    public void close() {}
  }

  @BeforeAll
  static void load() {
    pipeline =
        SanaPipeline.load(
            TestGenerationParams.checkpointPath("tiny-sana"),
            new PipelineOptions("fp32", "", 0, "cpu", List.of(), false));
  }

  @AfterAll
  static void close() {
    pipeline.close();
  }

  @Test
  void candidates_bestAreKept_eachTheImageOfItsSeedAlone() {
    GenerationResult result = generator.generate(params("a fox", 2, 0), ProgressListener.NONE);
    List<ScoredImage> expected = ranking("a fox", 3);
    assertThat(result.scores().stream().map(ScoredImage::offset))
        .containsExactly(expected.get(0).offset(), expected.get(1).offset());
    assertThat(result.images()).hasSize(2);
    for (int i = 0; i < 2; i++) {
      RgbImage alone = alone("a fox", SEED + result.offset(i), 3);
      TestImages.assertWithinOneLevel(result.images().get(i), alone, 0.001);
      assertThat(result.score(i).getAsDouble()).isCloseTo(brightness(alone), Offset.offset(0.01));
    }
    assertThat(result.timings()).containsKey("score");
  }

  /** The drafts' ranking differs from that of all steps here, so the test tells them apart. */
  @Test
  void drafts_selectSeeds_andImagesHaveAllSteps() {
    List<Integer> drafted = ranking("a fox", 1).stream().map(ScoredImage::offset).toList();
    List<Integer> full = ranking("a fox", 3).stream().map(ScoredImage::offset).toList();
    assertThat(drafted.subList(0, 3)).isNotEqualTo(full.subList(0, 3));
    GenerationResult result = generator.generate(params("a fox", 3, 1), ProgressListener.NONE);
    assertThat(result.scores().stream().map(ScoredImage::offset))
        .containsExactlyInAnyOrderElementsOf(drafted.subList(0, 3))
        .containsSubsequence(full.stream().filter(drafted.subList(0, 3)::contains).toList());
    for (int i = 0; i < 3; i++) {
      TestImages.assertWithinOneLevel(
          result.images().get(i), alone("a fox", SEED + result.offset(i), 3), 0.001);
    }
    assertThat(scorer.calls).containsExactly(CANDIDATES, 3);
  }

  @ParameterizedTest
  @CsvSource({"0", "1"})
  void batch_selectsAsEachEntryAlone(int draftSteps) {
    List<GenerationParams> batch =
        List.of(
            params("a fox", 1, draftSteps),
            params("an owl", 2, draftSteps),
            params("an apple", 5, draftSteps));
    List<BatchResult> together = generator.generateBatch(batch, control(new ArrayList<>(), -1, 0));
    for (int i = 0; i < batch.size(); i++) {
      GenerationResult alone = generator.generate(batch.get(i), ProgressListener.NONE);
      GenerationResult one = done(together.get(i));
      assertThat(one.scores().stream().map(ScoredImage::offset))
          .containsExactlyElementsOf(alone.scores().stream().map(ScoredImage::offset).toList());
      for (int k = 0; k < one.images().size(); k++) {
        TestImages.assertWithinOneLevel(one.images().get(k), alone.images().get(k), 0.001);
      }
    }
  }

  @Test
  void entryWithoutCandidates_joinsTheBatch_unscored() {
    GenerationParams plain = params("an owl", 2, 0).withImages(2, Selection.NONE);
    List<BatchResult> results =
        generator.generateBatch(
            List.of(params("a fox", 1, 0), plain), control(new ArrayList<>(), -1, 0));
    assertThat(done(results.get(0)).scores()).hasSize(1);
    assertThat(done(results.get(1)).scores()).isEmpty();
    assertThat(done(results.get(1)).images()).hasSize(2);
    assertThat(scorer.calls).containsExactly(CANDIDATES);
  }

  @Test
  void entryCancelledAmongImages_othersComplete() {
    List<GenerationParams> batch = List.of(params("a fox", 1, 1), params("an owl", 1, 1));
    List<BatchResult> results = generator.generateBatch(batch, control(new ArrayList<>(), 0, 3));
    assertThat(results.get(0)).isInstanceOf(BatchResult.Cancelled.class);
    assertThat(done(results.get(1)).offset(0))
        .isEqualTo(generator.generate(batch.get(1), ProgressListener.NONE).offset(0));
  }

  @Test
  void progress_countsDraftsAndImages() {
    List<List<Integer>> progress = new ArrayList<>();
    generator.generateBatch(List.of(params("a fox", 1, 2)), control(progress, -1, 0));
    assertThat(progress)
        .containsExactly(
            List.of(0, 5),
            List.of(1, 5),
            List.of(2, 5), // drafts
            List.of(2, 5),
            List.of(3, 5),
            List.of(4, 5),
            List.of(5, 5));
  }

  @Test
  void scoreThatIsNoNumber_failsItsEntryAlone() {
    List<BatchResult> results =
        generator.generateBatch(
            List.of(params("broken", 1, 0), params("an owl", 1, 0)),
            control(new ArrayList<>(), -1, 0));
    assertThat(results.get(0)).isInstanceOf(BatchResult.Failed.class);
    assertThat(((BatchResult.Failed) results.get(0)).cause())
        .hasMessage("the scorer returned NaN for candidate 0");
    assertThat(done(results.get(1)).images()).hasSize(1);
  }

  @Test
  void pipelineWithoutScorer_refusesCandidates() {
    assertThat(pipeline.selectsImages()).isFalse();
    assertThat(generator.selectsImages()).isTrue();
    assertThatThrownBy(() -> pipeline.generate(params("a fox", 1, 0), ProgressListener.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("candidates need a scorer");
  }

  @Test
  void equalScores_keepTheLowerSeed() {
    assertThat(ScoredImage.best(List.of(1.0, 2.00001, 2.00002, 3.0), 3))
        .containsExactly(new ScoredImage(3, 3), new ScoredImage(1, 2), new ScoredImage(2, 2));
  }

  @Test
  void work_countsDraftsByTheirSteps() {
    assertThat(params("a fox", 2, 0).workImages()).isEqualTo(CANDIDATES);
    assertThat(params("a fox", 2, 1).workImages())
        .isCloseTo(2 + CANDIDATES / 3.0, Offset.offset(1e-9));
    assertThat(params("a fox", 2, 0).withImages(2, Selection.NONE).workImages()).isEqualTo(2);
  }

  private static GenerationParams params(String prompt, int count, int draftSteps) {
    return TestGenerationParams.withPrompt(TestGenerationParams.fox(SEED), prompt, 4.5)
        .withImages(count, Selection.of(CANDIDATES, draftSteps));
  }

  /** All candidates, each generated alone, the best first. */
  private static List<ScoredImage> ranking(String prompt, int steps) {
    List<ScoredImage> images = new ArrayList<>();
    for (int i = 0; i < CANDIDATES; i++) {
      images.add(new ScoredImage(i, brightness(alone(prompt, SEED + i, steps))));
    }
    images.sort(Comparator.comparingDouble(ScoredImage::score).reversed());
    return images;
  }

  private static RgbImage alone(String prompt, long seed, int steps) {
    GenerationParams fox = TestGenerationParams.fox(seed);
    GenerationParams params =
        new GenerationParams(
            prompt,
            fox.negativePrompt(),
            fox.width(),
            fox.height(),
            steps,
            fox.guidanceScale(),
            seed,
            1,
            fox.solver(),
            fox.resolutionBinning(),
            fox.instruction(),
            fox.adapters());
    return pipeline.generate(params, ProgressListener.NONE).images().get(0);
  }

  private static double brightness(RgbImage image) {
    double sum = 0;
    for (byte level : image.samples()) {
      sum += level & 0xff;
    }
    return sum / image.samples().length;
  }

  /** Records progress, and cancels an entry once so many steps are done. */
  private static BatchControl control(List<List<Integer>> progress, int cancelled, int afterSteps) {
    return new BatchControl() {
      private int last;

      @Override
      public void onProgress(int done, int steps) {
        last = done;
        progress.add(List.of(done, steps));
      }

      @Override
      public boolean shouldContinue(int entry) {
        return entry != cancelled || last < afterSteps;
      }
    };
  }

  private static GenerationResult done(BatchResult result) {
    assertThat(result).isInstanceOf(BatchResult.Done.class);
    return ((BatchResult.Done) result).result();
  }
}
