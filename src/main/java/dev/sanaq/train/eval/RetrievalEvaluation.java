package dev.sanaq.train.eval;

import dev.sanaq.files.FileErrors;
import dev.sanaq.image.RgbImage;
import dev.sanaq.json.BadJsonException;
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
 * Retrieval evaluation: generates an image for each caption and checks whether the captioned image
 * is nearer to it than any other on the same background.
 */
public final class RetrievalEvaluation {
  private static final int BATCH_SIZE = 16;

  /** Number of captions between progress messages. */
  private static final int REPORT_INTERVAL = 500;

  private static final BatchControl NO_CANCELLATION =
      new BatchControl() {
        @Override
        public void onProgress(int done, int steps) {}

        @Override
        public boolean shouldContinue(int job) {
          return true;
        }
      };

  private final ImageGenerator generator;
  private final Settings settings;
  private final Map<String, ToDoubleBiFunction<RgbImage, String>> scorers;
  private final TrainingProgress progress;

  /**
   * How to sample captions and generate images.
   *
   * @param maxCaptions maximum number of captions, sampled at random; 0 for all
   * @param steps denoising steps
   * @param guidanceScale classifier-free guidance
   * @param seed seed of the sampled captions and of the first image
   * @param instruction whether the complex human instruction precedes the captions
   */
  public record Settings(
      int maxCaptions, int steps, double guidanceScale, long seed, boolean instruction) {}

  /** A caption and the row of its image. */
  private record Query(String caption, int row) {}

  /**
   * An evaluation of a generator.
   *
   * @param scorers scores of a generated image and its caption, by the name of the metric
   */
  public RetrievalEvaluation(
      ImageGenerator generator,
      Settings settings,
      Map<String, ToDoubleBiFunction<RgbImage, String>> scorers,
      TrainingProgress progress) {
    this.generator = generator;
    this.settings = settings;
    this.scorers = Map.copyOf(scorers);
    this.progress = progress;
  }

  /**
   * Evaluates the captions of a dataset.
   *
   * @param data captioned images; those on one background are compared with each other
   * @return {@code captions}, {@code candidates} (the minimum), {@code top1}, {@code top5}, and the
   *     means of the scorers
   */
  public Map<String, Object> run(Path data) {
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    List<Query> queries = new ArrayList<>();
    for (int i = 0; i < dataset.samples().size(); i++) {
      int row = i;
      dataset
          .samples()
          .get(i)
          .captions()
          .forEach(caption -> queries.add(new Query(caption.text(), row)));
    }
    return evaluate(dataset, queries);
  }

  /**
   * Evaluates sentences that are not in the training data.
   *
   * @param data captioned images; a sentence belongs to the first row of its image
   * @param wordings JSON Lines of {@code {"text": ..., "image": ..., "kind": ...}}
   * @param kind kind of the lines to evaluate; others are skipped
   * @throws BadDataException if a line has no text, or its image is not in the dataset
   */
  public Map<String, Object> run(Path data, Path wordings, String kind) throws IOException {
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Map<String, Integer> firstRow = new TreeMap<>();
    for (int i = 0; i < dataset.samples().size(); i++) {
      firstRow.putIfAbsent(dataset.samples().get(i).image(), i);
    }
    List<Query> queries = new ArrayList<>();
    for (String line : FileErrors.readAllLines(wordings)) {
      Map<String, Object> fields = readFields(wordings, line);
      if (kind.equals(fields.get("kind"))) {
        Integer row = firstRow.get(String.valueOf(fields.get("image")));
        if (row == null || !(fields.get("text") instanceof String text)) {
          throw new BadDataException(
              "%s: unknown image or no text in %s".formatted(wordings, line));
        }
        queries.add(new Query(text, row));
      }
    }
    return evaluate(dataset, queries);
  }

  private static Map<String, Object> readFields(Path file, String line) {
    try {
      return Json.readObject(line.getBytes(StandardCharsets.UTF_8));
    } catch (BadJsonException e) {
      throw new BadDataException("%s: %s in %s".formatted(file, e.getMessage(), line), e);
    }
  }

  private Map<String, Object> evaluate(Dataset dataset, List<Query> all) {
    List<Query> queries = sampleQueries(all);
    Map<Integer, RetrievalCandidates> candidates =
        RetrievalCandidates.groupByBackground(dataset, generator.model().width());
    Retrieval retrieval = new Retrieval();
    Map<String, Double> scores = new TreeMap<>();
    int minCandidates = Integer.MAX_VALUE;
    for (int from = 0; from < queries.size(); from += BATCH_SIZE) {
      List<Query> batch = queries.subList(from, Math.min(from + BATCH_SIZE, queries.size()));
      List<RgbImage> images = generate(batch, from);
      for (int i = 0; i < batch.size(); i++) {
        int row = batch.get(i).row();
        RetrievalCandidates group =
            Objects.requireNonNull(candidates.get(dataset.samples().get(row).background()));
        retrieval.add(toPlanes(images.get(i)), group.values(), group.rows().indexOf(row));
        minCandidates = Math.min(minCandidates, group.rows().size());
        RgbImage image = images.get(i);
        String caption = batch.get(i).caption();
        scorers.forEach(
            (name, scorer) ->
                scores.merge(
                    name, scorer.applyAsDouble(image, caption) / queries.size(), Double::sum));
      }
      reportProgress(retrieval, from, from + batch.size(), queries.size());
    }
    Map<String, Object> summary = new LinkedHashMap<>();
    summary.put("captions", queries.size());
    summary.put("candidates", minCandidates);
    summary.put("top1", retrieval.topKAccuracy(1));
    summary.put("top5", retrieval.topKAccuracy(5));
    summary.putAll(scores);
    return summary;
  }

  /** Reports the accuracy so far at intervals, so that a run that is stopped has results. */
  private void reportProgress(Retrieval retrieval, int before, int done, int total) {
    progress.onPreparation("generate", done, total);
    if (done / REPORT_INTERVAL > before / REPORT_INTERVAL) {
      progress.onMessage(
          String.format(
              Locale.ROOT,
              "%d of %d captions: top-1 %.2f %%, top-5 %.2f %%",
              done,
              total,
              100 * retrieval.topKAccuracy(1),
              100 * retrieval.topKAccuracy(5)));
    }
  }

  /** Samples in random order, so that any prefix is a random sample. */
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
    List<GenerationParams> jobs = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      jobs.add(
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
              settings.instruction(),
              List.of()));
    }
    List<RgbImage> images = new ArrayList<>();
    for (BatchResult result : generator.generateBatch(jobs, NO_CANCELLATION)) {
      if (result instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
      images.addAll(((BatchResult.Done) result).result().images());
    }
    return images;
  }

  /** Values of an image as {@link RetrievalCandidates} holds them. */
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
