package dev.sanaq.train.eval;

import java.util.Map;

/** The mean CLIP score: of each image at least 0. */
final class ScoreMeasure implements CaptionMeasure {
  private double sum;
  private int count;

  @Override
  public void add(GeneratedImage generated) {
    sum += Math.max(generated.score().orElseThrow(), 0);
    count++;
  }

  @Override
  public Map<String, Object> result() {
    return Map.of("clipScore", sum / count);
  }
}
