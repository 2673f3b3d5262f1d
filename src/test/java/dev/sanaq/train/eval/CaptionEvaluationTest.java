package dev.sanaq.train.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.PngEncoder;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.score.ClipModel;
import dev.sanaq.sana.score.ImageScorer;
import dev.sanaq.testing.Fixtures;
import dev.sanaq.testing.GradientImageGenerator;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.measure.FeatureStatistics;
import dev.sanaq.train.measure.FrechetDistance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Measures of the images of captions, with the tiny CLIP of the fixtures. */
class CaptionEvaluationTest {
  /** Of words that the fixture's tokenizer knows. */
  private static final List<String> CAPTIONS =
      List.of("a fox", "a red apple", "an emoji of a cat", "a white background");

  private static final int SIDE = 64;
  private static final int CANDIDATES = 8;

  @TempDir private Path folder = Path.of("");

  private final List<String> messages = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // set before each test
  private RecordingScorer scorer;

  /** The CLIP model, with every image and score by its caption, in the order of the candidates. */
  private static final class RecordingScorer implements ImageScorer {
    private final ClipModel clip = ClipModel.open(Fixtures.path("clip"));
    private final Map<String, List<RgbImage>> images = new LinkedHashMap<>();
    private final Map<String, List<Double>> scores = new LinkedHashMap<>();

    @Override
    public List<Double> scoreAll(String prompt, List<RgbImage> candidates) {
      List<Double> found = clip.scoreAll(prompt, candidates);
      if (scores.putIfAbsent(prompt, found) == null) {
        images.put(prompt, candidates);
      }
      return found;
    }

    @Override
    public void close() {
      clip.close();
    }
  }

  /** Drafts, of fewer steps than 4, look like other seeds. */
  private static final class DraftingGenerator extends GradientImageGenerator {
    @Override
    public GenerationResult generate(GenerationParams params, ProgressListener progress) {
      GenerationParams other =
          params.steps() == 4
              ? params
              : new GenerationParams(
                  params.prompt(),
                  "",
                  SIDE,
                  SIDE,
                  params.steps(),
                  params.guidanceScale(),
                  params.seed() + 1000,
                  params.count(),
                  params.solver(),
                  false,
                  true,
                  List.of());
      return super.generate(other, progress);
    }
  }

  @BeforeEach
  void open() {
    scorer = new RecordingScorer();
  }

  @AfterEach
  void close() {
    scorer.close();
  }

  @Test
  void bestOf_measuresTheBestOfTheFirstCandidates() throws IOException {
    List<Map<String, Object>> lines = run(new BestOf(List.of(1, 3, CANDIDATES), List.of()));
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).doesNotContainKey("bestOf").containsEntry("captions", 4);
    for (int i = 0; i < 3; i++) {
      int count = List.of(1, 3, CANDIDATES).get(i);
      double expected =
          scorer.scores.values().stream()
              .mapToDouble(scores -> Math.max(Collections.max(scores.subList(0, count)), 0))
              .average()
              .orElseThrow();
      assertThat(number(lines.get(i), "clipScore")).isCloseTo(expected, within(1e-9));
    }
    assertThat(lines.get(2)).containsEntry("bestOf", CANDIDATES);
    assertThat(number(lines.get(2), "clipScore")).isGreaterThan(number(lines.get(0), "clipScore"));
  }

  @Test
  void drafts_selectByTheirOwnScores_andTellTheCorrelation() throws IOException {
    BestOf bestOf = new BestOf(List.of(1, CANDIDATES), List.of(2, 3));
    List<Map<String, Object>> alike = run(bestOf, new GradientImageGenerator());
    assertThat(alike).hasSize(4); // 1; 8; 8 by drafts of 2 and of 3 steps
    assertThat(alike.get(2)).containsEntry("draftSteps", 2).containsEntry("bestOf", CANDIDATES);
    assertThat(alike.get(3)).containsEntry("draftSteps", 3);
    assertThat(number(alike.get(2), "draftCorrelation")).isEqualTo(1);
    assertThat(number(alike.get(2), "clipScore")).isEqualTo(number(alike.get(1), "clipScore"));

    List<Map<String, Object>> unlike = run(bestOf, new DraftingGenerator());
    assertThat(number(unlike.get(2), "draftCorrelation")).isBetween(-1.0, 0.9);
    assertThat(number(unlike.get(2), "clipScore"))
        .as("images with all steps of the seeds that drafts of other images select")
        .isLessThan(number(unlike.get(1), "clipScore"));
  }

  @Test
  void fid_isThatOfTheSelectedImagesAndTheCaptionsImages() throws IOException {
    try (InceptionModel inception = InceptionModel.open(SmallInception.write(folder))) {
      List<Map<String, Object>> lines =
          new CaptionEvaluation(
                  new GradientImageGenerator(),
                  settings(new BestOf(List.of(CANDIDATES), List.of())),
                  new CaptionEvaluation.Models(Optional.of(scorer), Optional.of(inception)),
                  progress())
              .run(dataset());
      FeatureStatistics generated = new FeatureStatistics(SmallInception.FEATURES);
      FeatureStatistics real = new FeatureStatistics(SmallInception.FEATURES);
      for (int i = 0; i < CAPTIONS.size(); i++) {
        List<Double> scores = Objects.requireNonNull(scorer.scores.get(CAPTIONS.get(i)));
        List<RgbImage> images = Objects.requireNonNull(scorer.images.get(CAPTIONS.get(i)));
        generated.add(inception.features(images.get(scores.indexOf(Collections.max(scores)))));
        real.add(inception.features(flat(40 * i)));
      }
      double expected = FrechetDistance.between(generated, real);
      assertThat(number(lines.get(0), "fid")).isCloseTo(expected, within(1e-6 * expected));
      assertThat(lines.get(0))
          .containsKey("kid")
          .containsEntry("generatedImages", 4L)
          .containsEntry("realImages", 4L);
      assertThat(messages).anyMatch(line -> line.contains("too few for the covariances"));
    }
  }

  @Test
  void inception_getsLevels_andIsAskedForFeatures() throws IOException {
    try (InceptionModel inception = InceptionModel.open(SmallInception.write(folder))) {
      float[] features = inception.features(flat(160));
      assertThat(features).hasSize(SmallInception.FEATURES);
      for (float feature : features) {
        assertThat(feature).isCloseTo(0.25f, within(1e-5f));
      }
    }
    Path broken = Files.writeString(folder.resolve("broken.pt"), "no archive");
    assertThatThrownBy(() -> InceptionModel.open(broken))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broken.pt is not a TorchScript file");
  }

  @Test
  void candidatesWithoutScorer_areRefused() {
    assertThatThrownBy(
            () ->
                new CaptionEvaluation(
                    new GradientImageGenerator(),
                    settings(new BestOf(List.of(2), List.of())),
                    CaptionEvaluation.Models.NONE,
                    progress()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("candidates need a scorer");
  }

  private List<Map<String, Object>> run(BestOf bestOf) throws IOException {
    return run(bestOf, new GradientImageGenerator());
  }

  private List<Map<String, Object>> run(BestOf bestOf, GradientImageGenerator generator)
      throws IOException {
    return new CaptionEvaluation(
            generator,
            settings(bestOf),
            new CaptionEvaluation.Models(Optional.of(scorer), Optional.empty()),
            progress())
        .run(dataset());
  }

  private static CaptionEvaluation.Settings settings(BestOf bestOf) {
    return new CaptionEvaluation.Settings(0, 4, 4.5, 7, true, bestOf);
  }

  private Path dataset() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CAPTIONS.size(); i++) {
      Files.write(folder.resolve(i + ".png"), PngEncoder.encode(flat(40 * i), Map.of()));
      lines.add(
          "{\"image\": \"%s.png\", \"captions\": [{\"text\": \"%s\"}]}"
              .formatted(i, CAPTIONS.get(i)));
    }
    return Files.write(folder.resolve("list.jsonl"), lines);
  }

  private static RgbImage flat(int level) {
    byte[] samples = new byte[3 * SIDE * SIDE];
    Arrays.fill(samples, (byte) level);
    return new RgbImage(SIDE, SIDE, samples);
  }

  private static double number(Map<String, Object> line, String name) {
    return (Double) Objects.requireNonNull(line.get(name), name);
  }

  private TrainingProgress progress() {
    return new TrainingProgress() {
      @Override
      public void onPreparation(String stage, long done, long total) {}

      @Override
      public void onStep(String phase, long step, long steps, double loss) {}

      @Override
      public void onMessage(String line) {
        messages.add(line);
      }
    };
  }
}
