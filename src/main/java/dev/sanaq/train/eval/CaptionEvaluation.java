package dev.sanaq.train.eval;

import dev.sanaq.files.FileErrors;
import dev.sanaq.image.RgbImage;
import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.score.ImageScorer;
import dev.sanaq.sana.solver.SolverKind;
import dev.sanaq.train.data.BadDataException;
import dev.sanaq.train.data.Dataset;
import dev.sanaq.train.data.MaxCorruptShare;
import dev.sanaq.train.data.StepRng;
import dev.sanaq.train.loop.TrainingProgress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Generates an image for each caption and measures it: whether the captioned image is nearer to it
 * than any other on the same background, and, with the operator's models, the CLIP score and the
 * distance of both sets of images. With candidates it measures the best of several numbers of them.
 */
public final class CaptionEvaluation {
  private static final int BATCH_SIZE = 16;

  /** Number of captions between progress messages. */
  private static final int REPORT_INTERVAL = 500;

  private final ImageGenerator generator;
  private final Settings settings;
  private final Models models;
  private final TrainingProgress progress;

  /**
   * How to sample captions and generate images.
   *
   * @param maxCaptions maximum number of captions, sampled at random; 0 for all
   * @param steps denoising steps
   * @param guidanceScale classifier-free guidance
   * @param seed seed of the sampled captions and of the first image
   * @param instruction whether the complex human instruction precedes the captions
   * @param bestOf numbers of candidates
   */
  public record Settings(
      int maxCaptions,
      int steps,
      double guidanceScale,
      long seed,
      boolean instruction,
      BestOf bestOf) {
    /** One image for each caption. */
    public Settings(
        int maxCaptions, int steps, double guidanceScale, long seed, boolean instruction) {
      this(maxCaptions, steps, guidanceScale, seed, instruction, BestOf.ONE);
    }
  }

  /**
   * Models that measure; the caller closes them.
   *
   * @param scorer scores images, and selects among candidates
   * @param inception the features for FID and KID
   */
  public record Models(Optional<ImageScorer> scorer, Optional<InceptionModel> inception) {
    /** No models. */
    public static final Models NONE = new Models(Optional.empty(), Optional.empty());
  }

  /**
   * An evaluation of a generator.
   *
   * @throws IllegalArgumentException if there are candidates but no scorer
   */
  public CaptionEvaluation(
      ImageGenerator generator, Settings settings, Models models, TrainingProgress progress) {
    if (settings.bestOf().max() > 1 && models.scorer().isEmpty()) {
      throw new IllegalArgumentException("candidates need a scorer: a CLIP model");
    }
    this.generator = generator;
    this.settings = settings;
    this.models = models;
    this.progress = progress;
  }

  /**
   * Evaluates the captions of a dataset.
   *
   * @param data captioned images; those on one background are compared with each other
   * @return for each way of selecting images {@code captions}, {@code candidates} of the retrieval
   *     (the minimum), {@code top1}, {@code top5}, and what the models measure
   */
  public List<Map<String, Object>> run(Path data) {
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    List<CaptionQuery> queries = new ArrayList<>();
    for (int i = 0; i < dataset.samples().size(); i++) {
      int row = i;
      dataset
          .samples()
          .get(i)
          .captions()
          .forEach(caption -> queries.add(new CaptionQuery(caption.text(), row)));
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
  public List<Map<String, Object>> run(Path data, Path wordings, String kind) throws IOException {
    Dataset dataset =
        Dataset.read(data).filterReadable(MaxCorruptShare.DEFAULT, progress::onMessage);
    Map<String, Integer> firstRow = new TreeMap<>();
    for (int i = 0; i < dataset.samples().size(); i++) {
      firstRow.putIfAbsent(dataset.samples().get(i).image(), i);
    }
    List<CaptionQuery> queries = new ArrayList<>();
    for (String line : FileErrors.readAllLines(wordings)) {
      Map<String, Object> fields = readFields(wordings, line);
      if (kind.equals(fields.get("kind"))) {
        Integer row = firstRow.get(String.valueOf(fields.get("image")));
        if (row == null || !(fields.get("text") instanceof String text)) {
          throw new BadDataException(
              "%s: unknown image or no text in %s".formatted(wordings, line));
        }
        queries.add(new CaptionQuery(text, row));
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

  private List<Map<String, Object>> evaluate(Dataset dataset, List<CaptionQuery> all) {
    List<CaptionQuery> queries = sampleQueries(all);
    Map<Integer, RetrievalCandidates> candidates =
        RetrievalCandidates.groupByBackground(dataset, generator.model().width());
    Optional<RealImages> real =
        models.inception().map(inception -> new RealImages(dataset, inception));
    RetrievalMeasure first = new RetrievalMeasure(dataset, candidates);
    List<Variant> variants = new ArrayList<>();
    for (int count : settings.bestOf().counts()) {
      variants.add(
          new Variant(
              count,
              0,
              measures(
                  variants.isEmpty() ? first : new RetrievalMeasure(dataset, candidates), real)));
      for (int draftSteps : count > 1 ? settings.bestOf().draftSteps() : List.<Integer>of()) {
        RetrievalMeasure retrieval = new RetrievalMeasure(dataset, candidates);
        variants.add(new Variant(count, draftSteps, measures(retrieval, real)));
      }
    }
    int batchSize = Math.max(1, BATCH_SIZE / settings.bestOf().max());
    for (int from = 0; from < queries.size(); from += batchSize) {
      List<CaptionQuery> batch = queries.subList(from, Math.min(from + batchSize, queries.size()));
      measure(batch, from, variants);
      reportProgress(first, from, from + batch.size(), queries.size());
    }
    return variants.stream().map(Variant::result).toList();
  }

  private List<CaptionMeasure> measures(RetrievalMeasure retrieval, Optional<RealImages> real) {
    List<CaptionMeasure> measures = new ArrayList<>();
    measures.add(retrieval);
    models.scorer().ifPresent(scorer -> measures.add(new ScoreMeasure()));
    models
        .inception()
        .ifPresent(
            inception ->
                measures.add(
                    new ImageSetMeasure(inception, real.orElseThrow(), progress::onMessage)));
    return measures;
  }

  /** Generates the images of some captions, and adds one for each caption to each variant. */
  private void measure(List<CaptionQuery> batch, int from, List<Variant> variants) {
    Map<Integer, List<ScoredCandidates>> bySteps = new HashMap<>();
    bySteps.put(0, generate(batch, from, settings.steps()));
    for (int draftSteps : settings.bestOf().draftSteps()) {
      bySteps.put(draftSteps, generate(batch, from, draftSteps));
    }
    List<ScoredCandidates> images = Objects.requireNonNull(bySteps.get(0));
    for (int i = 0; i < batch.size(); i++) {
      for (Variant variant : variants) {
        List<Double> selecting =
            Objects.requireNonNull(bySteps.get(variant.draftSteps())).get(i).scores();
        variant.add(batch.get(i), images.get(i), selecting);
      }
    }
  }

  /** Reports the accuracy so far at intervals, so that a run that is stopped has results. */
  private void reportProgress(RetrievalMeasure retrieval, int before, int done, int total) {
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
  private List<CaptionQuery> sampleQueries(List<CaptionQuery> all) {
    List<CaptionQuery> shuffled = new ArrayList<>(all);
    RandomGenerator random = StepRng.of(settings.seed(), 0, 0);
    int count =
        settings.maxCaptions() == 0 ? all.size() : Math.min(settings.maxCaptions(), all.size());
    for (int i = 0; i < count; i++) {
      int other = i + random.nextInt(all.size() - i);
      shuffled.set(i, shuffled.set(other, shuffled.get(i)));
    }
    return shuffled.subList(0, count);
  }

  /** All candidates of each caption, with their scores. */
  private List<ScoredCandidates> generate(List<CaptionQuery> batch, int first, int steps) {
    int side = generator.model().width();
    int count = settings.bestOf().max();
    List<GenerationParams> jobs = new ArrayList<>();
    for (int i = 0; i < batch.size(); i++) {
      jobs.add(
          new GenerationParams(
              batch.get(i).caption(),
              "",
              side,
              side,
              steps,
              settings.guidanceScale(),
              settings.seed() + (long) (first + i) * count,
              count,
              SolverKind.FLOW_DPM,
              false,
              settings.instruction(),
              List.of()));
    }
    List<BatchResult> results =
        generator.generateBatch(jobs, BatchControl.reportingTo(ProgressListener.NONE));
    List<ScoredCandidates> candidates = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof BatchResult.Failed failed) {
        throw failed.cause();
      }
      List<RgbImage> images = ((BatchResult.Done) results.get(i)).result().images();
      String caption = batch.get(i).caption();
      List<Double> scores =
          models.scorer().map(scorer -> scorer.scoreAll(caption, images)).orElse(List.of());
      candidates.add(new ScoredCandidates(images, scores));
    }
    return candidates;
  }
}
