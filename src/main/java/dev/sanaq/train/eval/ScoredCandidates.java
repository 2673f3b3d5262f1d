package dev.sanaq.train.eval;

import dev.sanaq.image.RgbImage;
import dev.sanaq.sana.select.ScoredImage;
import java.util.List;
import java.util.OptionalDouble;

/**
 * The images of a caption.
 *
 * @param scores of the images; empty without a scorer
 */
record ScoredCandidates(List<RgbImage> images, List<Double> scores) {
  /** The index of the best by these scores. */
  int best(List<Double> selecting) {
    return ScoredImage.best(selecting, 1).get(0).offset();
  }

  GeneratedImage image(CaptionQuery query, int index) {
    return new GeneratedImage(
        query,
        images.get(index),
        scores.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(scores.get(index)));
  }
}
