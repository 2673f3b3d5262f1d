package dev.sanaq.sana.score;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.GenerationParams;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageGenerator;
import dev.sanaq.sana.ModelInfo;
import dev.sanaq.sana.ProgressListener;
import dev.sanaq.sana.lora.LoraWeight;
import dev.sanaq.sana.select.ScoredImage;
import dev.sanaq.sana.select.Selection;
import dev.sanaq.sana.solver.StepCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Generates candidates, scores them and keeps the best (as SANA-1.5, arXiv 2501.18427, with the
 * scorer that is given). With draft steps the candidates are generated with few steps, and the best
 * of them again with all steps from the same seeds. A kept image is the one that its seed alone
 * generates. Safe for several threads; calls run one at a time.
 */
public final class SelectingGenerator implements ImageGenerator {
  private final ImageGenerator generator;
  private final ImageScorer scorer;

  /**
   * @param generator generates the images; closed with this
   * @param scorer closed with this
   */
  public SelectingGenerator(ImageGenerator generator, ImageScorer scorer) {
    this.generator = generator;
    this.scorer = scorer;
  }

  @Override
  public ModelInfo model() {
    return generator.model();
  }

  @Override
  public boolean hasPreviews() {
    return generator.hasPreviews();
  }

  @Override
  public boolean selectsImages() {
    return true;
  }

  @Override
  public void openAdapter(LoraWeight adapter) {
    generator.openAdapter(adapter);
  }

  @Override
  public int maxBatchImages(BatchKey key) {
    return generator.maxBatchImages(key);
  }

  @Override
  public GenerationResult generate(GenerationParams params, ProgressListener progress) {
    BatchResult result = generateBatch(List.of(params), BatchControl.reportingTo(progress)).get(0);
    if (result instanceof BatchResult.Failed failed) {
      throw failed.cause();
    }
    return ((BatchResult.Done) result).result();
  }

  @Override
  public synchronized List<BatchResult> generateBatch(
      List<GenerationParams> params, BatchControl control) {
    if (params.stream().map(BatchKey::of).distinct().count() > 1) {
      throw new IllegalArgumentException("a batch needs one batch key");
    }
    return params.get(0).selection().draftSteps() == 0
        ? selectFromImages(params, control)
        : selectFromDrafts(params, control);
  }

  /** All candidates have all steps. */
  private List<BatchResult> selectFromImages(List<GenerationParams> params, BatchControl control) {
    List<GenerationParams> candidates =
        params.stream().map(SelectingGenerator::candidates).toList();
    List<BatchResult> results = new ArrayList<>(generator.generateBatch(candidates, control));
    for (int i = 0; i < results.size(); i++) {
      if (params.get(i).selection().isActive() && results.get(i) instanceof BatchResult.Done done) {
        results.set(i, select(params.get(i), done.result(), i, control));
      }
    }
    return results;
  }

  /** The parameters of all candidates; without a selection those of all images. */
  private static GenerationParams candidates(GenerationParams params) {
    Selection selection = params.selection();
    return selection.isActive()
        ? params.withImages(selection.candidates(), Selection.NONE)
        : params;
  }

  // A step cache is for a number of steps.
  private static GenerationParams drafts(GenerationParams params) {
    return candidates(params)
        .withSteps(params.selection().draftSteps())
        .withStepCache(StepCache.NONE);
  }

  private List<BatchResult> selectFromDrafts(List<GenerationParams> params, BatchControl control) {
    PhasedControl phases = new PhasedControl(control, params.get(0).steps());
    List<GenerationParams> drafts = params.stream().map(SelectingGenerator::drafts).toList();
    List<BatchResult> results = new ArrayList<>(generator.generateBatch(drafts, phases));
    List<Integer> open = new ArrayList<>();
    List<GenerationParams> kept = new ArrayList<>();
    for (int i = 0; i < results.size(); i++) {
      if (results.get(i) instanceof BatchResult.Done done) {
        results.set(i, select(params.get(i), done.result(), i, control));
      }
      if (results.get(i) instanceof BatchResult.Done done) {
        open.add(i);
        kept.add(
            params
                .get(i)
                .withImages(params.get(i).count(), Selection.chosen(offsets(done.result()))));
      }
    }
    if (open.isEmpty()) {
      return results;
    }
    List<BatchResult> images = generator.generateBatch(kept, phases.images(open));
    for (int i = 0; i < images.size(); i++) {
      int entry = open.get(i);
      GenerationResult draft = ((BatchResult.Done) results.get(entry)).result();
      results.set(
          entry,
          images.get(i) instanceof BatchResult.Done done
              ? rank(params.get(entry), draft, done.result())
              : images.get(i));
    }
    return results;
  }

  private static List<Integer> offsets(GenerationResult result) {
    return result.scores().stream().map(ScoredImage::offset).toList();
  }

  /** The best candidates of an entry, unless it was cancelled meanwhile. */
  private BatchResult select(
      GenerationParams params, GenerationResult candidates, int entry, BatchControl control) {
    if (!control.shouldContinue(entry)) {
      return new BatchResult.Cancelled();
    }
    try {
      long start = System.nanoTime();
      List<Double> scores = scorer.scoreAll(params.prompt(), candidates.images());
      List<ScoredImage> best = ScoredImage.best(scores, params.count());
      List<RgbImage> images =
          best.stream().map(image -> candidates.images().get(image.offset())).toList();
      return new BatchResult.Done(
          new GenerationResult(images, withScore(candidates.timings(), start), best));
    } catch (RuntimeException e) {
      return new BatchResult.Failed(e);
    }
  }

  /** The kept images with all steps, in the order of their own scores. */
  private BatchResult rank(GenerationParams params, GenerationResult draft, GenerationResult done) {
    try {
      long start = System.nanoTime();
      List<Double> scores = scorer.scoreAll(params.prompt(), done.images());
      List<ScoredImage> best = ScoredImage.best(scores, scores.size());
      List<RgbImage> images = new ArrayList<>();
      List<ScoredImage> ranked = new ArrayList<>();
      for (ScoredImage image : best) {
        images.add(done.images().get(image.offset()));
        ranked.add(new ScoredImage(draft.offset(image.offset()), image.score()));
      }
      Map<String, Duration> timings = new LinkedHashMap<>(draft.timings());
      withScore(done.timings(), start)
          .forEach((stage, time) -> timings.merge(stage, time, Duration::plus));
      return new BatchResult.Done(new GenerationResult(images, timings, ranked));
    } catch (RuntimeException e) {
      return new BatchResult.Failed(e);
    }
  }

  private static Map<String, Duration> withScore(Map<String, Duration> timings, long start) {
    Map<String, Duration> all = new LinkedHashMap<>(timings);
    all.put("score", Duration.ofNanos(System.nanoTime() - start));
    return all;
  }

  @Override
  public void close() {
    try {
      scorer.close();
    } finally {
      generator.close();
    }
  }
}
