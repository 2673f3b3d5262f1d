package dev.sanaq.train.eval;

import dev.sanaq.train.measure.RankCorrelation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** One way of selecting an image among candidates, and the measures of what it selects. */
final class Variant {
  private final int count;
  private final int draftSteps;
  private final List<CaptionMeasure> measures;
  private final List<Double> correlations = new ArrayList<>();

  /**
   * @param count candidates
   * @param draftSteps steps of the drafts that select; 0 if the candidates' own scores do
   */
  Variant(int count, int draftSteps, List<CaptionMeasure> measures) {
    this.count = count;
    this.draftSteps = draftSteps;
    this.measures = List.copyOf(measures);
  }

  int draftSteps() {
    return draftSteps;
  }

  /**
   * Selects and measures an image.
   *
   * @param images all candidates of the caption
   * @param selecting the scores that select
   */
  void add(CaptionQuery query, ScoredCandidates images, List<Double> selecting) {
    int chosen = count == 1 ? 0 : images.best(selecting.subList(0, count));
    GeneratedImage image = images.image(query, chosen);
    measures.forEach(measure -> measure.add(image));
    if (draftSteps > 0 && count > 1) {
      OptionalDouble correlation =
          RankCorrelation.of(selecting.subList(0, count), images.scores().subList(0, count));
      correlation.ifPresent(correlations::add);
    }
  }

  /** The values of all measures. */
  Map<String, Object> result() {
    Map<String, Object> result = new LinkedHashMap<>();
    measures.forEach(measure -> result.putAll(measure.result()));
    if (count > 1) {
      result.put("bestOf", count);
    }
    if (draftSteps > 0) {
      result.put("draftSteps", draftSteps);
      correlations.stream()
          .mapToDouble(Double::doubleValue)
          .average()
          .ifPresent(mean -> result.put("draftCorrelation", mean));
    }
    return result;
  }
}
