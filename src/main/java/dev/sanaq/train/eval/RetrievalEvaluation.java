package dev.sanaq.train.eval;

import dev.sanaq.image.RgbImage;
import dev.sanaq.json.Json;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.data.StepRng;
import dev.sanaq.train.loop.TrainingProgress;
import dev.sanaq.train.measure.Retrieval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.random.RandomGenerator;

/**
 * Draws what captions say and asks whether the image is nearer to the one that was captioned than
 * to any other on the same background.
 */
public final class RetrievalEvaluation {
  private static final int BATCH_SIZE = 16;

  /** After how many captions the figures so far are told. */
  private static final int REPORT_INTERVAL = 500;

  private static final BatchControl NO_CANCELLATION =
      new BatchControl() {
        @Override
        public void onProgress(int done, int steps) {}

        @Override
        public boolean shouldContinue(int drawing) {
          return true;
        }
      };

  private final ImageGenerator generator;
  private final Settings settings;
  private final Map<String, ToDoubleBiFunction<RgbImage, String>> scorers;
  private final TrainingProgress progress;

  /**
   * How to draw.
   *
   * @param maxCaptions how many are drawn at most, of all that there are, at random; 0 for all
   * @param steps denoising steps
   * @param guidanceScale classifier-free guidance
   * @param seed of the choice, and of the first image
   * @param instruction whether the complex human instruction stands before them
   */
  public record Settings(
      int maxCaptions, int steps, double guidanceScale, long seed, boolean instruction) {}

  /** A caption and the row that it is of. */
  private record Query(String caption, int row) {}

  /**
   * A trial of what a painter draws.
   *
   * @param fits measures of how a drawn image fits its caption, by the names of their means
   */
  public RetrievalEvaluation(
      ImageGenerator painter,
      Settings settings,
      Map<String, ToDoubleBiFunction<RgbImage, String>> fits,
      TrainingProgress progress) {
    this.generator = painter;
    this.settings = settings;
    this.scorers = Map.copyOf(fits);
    this.progress = progress;
  }

  /**
   * Draws the captions and compares.
   *
   * @param data captioned images; those of one background are compared with each other
   * @return {@code captions}, {@code candidates} (the fewest), {@code top1}, {@code top5}, and the
   *     means of {@code fits}
   */
  public Map<String, Object> run(Path data) {
    Dataset rows = Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    List<Query> all = new ArrayList<>();
    for (int i = 0; i < rows.samples().size(); i++) {
      int row = i;
      rows.samples().get(i).captions().forEach(caption -> all.add(new Query(caption.text(), row)));
    }
    return evaluate(rows, all);
  }

  /**
   * Draws sentences that were not learnt and compares.
   *
   * @param data captioned images; a sentence's is the first row of its image
   * @param wordings JSON Lines of {@code {"text": ..., "image": ..., "kind": ...}}
   * @param kind of the lines that count
   * @throws BadDataException where a line has no text, or names an image that is not there
   */
  public Map<String, Object> run(Path data, Path wordings, String kind) throws IOException {
    Dataset rows = Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Map<String, Integer> firstRow = new TreeMap<>();
    for (int i = 0; i < rows.samples().size(); i++) {
      firstRow.putIfAbsent(rows.samples().get(i).image(), i);
    }
    List<Query> all = new ArrayList<>();
    for (String line : Files.readAllLines(wordings)) {
      Map<String, Object> fields = Json.readObject(line.getBytes(StandardCharsets.UTF_8));
      if (kind.equals(fields.get("kind"))) {
        Integer row = firstRow.get(String.valueOf(fields.get("image")));
        if (row == null || !(fields.get("text") instanceof String text)) {
          throw new BadDataException("%s: no image or no text in %s".formatted(wordings, line));
        }
        all.add(new Query(text, row));
      }
    }
    return evaluate(rows, all);
  }

  private Map<String, Object> evaluate(Dataset rows, List<Query> all) {
    List<Query> questions = sampleQueries(all);
    Map<Integer, RetrievalCandidates> candidates =
        RetrievalCandidates.groupByBackground(rows, generator.model().width());
    Retrieval retrieval = new Retrieval();
    Map<String, Double> fitting = new TreeMap<>();
    int fewest = Integer.MAX_VALUE;
    for (int from = 0; from < questions.size(); from += BATCH_SIZE) {
      List<Query> batch = questions.subList(from, Math.min(from + BATCH_SIZE, questions.size()));
      List<RgbImage> images = generate(batch, from);
      for (int i = 0; i < batch.size(); i++) {
        int row = batch.get(i).row();
        RetrievalCandidates own =
            Objects.requireNonNull(candidates.get(rows.samples().get(row).background()));
        retrieval.add(toPlanes(images.get(i)), own.values(), own.rows().indexOf(row));
        fewest = Math.min(fewest, own.rows().size());
        RgbImage image = images.get(i);
        String caption = batch.get(i).caption();
        scorers.forEach(
            (name, fit) ->
                fitting.merge(
                    name, fit.applyAsDouble(image, caption) / questions.size(), Double::sum));
      }
      reportProgress(retrieval, from, from + batch.size(), questions.size());
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("captions", questions.size());
    summary.put("candidates", fewest);
    summary.put("top1", retrieval.topKAccuracy(1));
    summary.put("top5", retrieval.topKAccuracy(5));
    summary.putAll(fitting);
    return summary;
  }

  /** The figures so far, now and then: a long trial that is stopped has said something. */
  private void reportProgress(Retrieval retrieval, int before, int drawn, int all) {
    progress.onPreparation("draw", drawn, all);
    if (drawn / REPORT_INTERVAL > before / REPORT_INTERVAL) {
      progress.onMessage(
          String.format(
              Locale.ROOT,
              "%d of %d captions: %.2f %% nearest to their own, %.2f %% among the nearest five",
              drawn,
              all,
              100 * retrieval.topKAccuracy(1),
              100 * retrieval.topKAccuracy(5)));
    }
  }

  /** In random order, so that what is drawn first stands for the rest. */
  private List<Query> sampleQueries(List<Query> all) {
    List<Query> shuffled = new ArrayList<>(all);
    RandomGenerator random = StepRng.of(settings.seed(), 0, 0);
    int count =
        settings.maxCaptions() == 0 ? all.size() : Math.min(settings.maxCaptions(), all.size());
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(all.size() - i);
      shuffled.set(i, shuffled.set(other, shuffled.get(i)));
    }
    return shuffled.subList(0, count);
  }

  private List<RgbImage> generate(List<Query> batch, int first) {
    int side = generator.model().width();
    List<GenerationParams> drawings = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      drawings.add(
          new GenerationParams(
              batch.get(i).caption(),
              "",
              side,
              side,
              settings.steps(),
              settings.guidanceScale(),
              settings.seed() + first + i,
              1,
              SolverKind.FLOW_DPM,
              false,
              settings.instruction(), List.of()));
    }
    List<RgbImage> images = new ArrayList<>();
    for (BatchResult result : generator.generateBatch(drawings, NO_CANCELLATION)) {
      if (result instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
      images.addAll(((BatchResult.Done) result).result().images());
    }
    return images;
  }

  /** Planes of -1..1, as the candidates'. */
  private static float[] toPlanes(RgbImage image) {
    int pixels = image.width() * image.height();
    float[] values = new float[3 * pixels];
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int level = image.samples()[3 * i + channel] & 0xff;
        values[channel * pixels + i] = level / 127.5f - 1;
      }
    }
    return values;
  }
}
