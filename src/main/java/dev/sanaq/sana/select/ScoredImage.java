package dev.sanaq.sana.select;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A candidate and its score.
 *
 * @param offset to the seed of the parameters
 * @param score the higher, the better the image fits its prompt; 4 decimals
 */
public record ScoredImage(int offset, double score) {
  /** Finer differences come from rounding in the networks, which depends on the batch. */
  private static final double DECIMALS = 1e4;

  /**
   * The best candidates, best first. Of two with the same score that with the lower seed is first.
   *
   * @param scores of the candidates with the offsets 0, 1, ...
   * @param count how many are kept
   * @throws IllegalStateException if a score is not a number
   */
  public static List<ScoredImage> best(List<Double> scores, int count) {
    List<ScoredImage> images = new ArrayList<>();
    for (double score : scores) {
      if (!Double.isFinite(score)) {
        throw new IllegalStateException(
            "the scorer returned %s for candidate %s".formatted(score, images.size()));
      }
      images.add(new ScoredImage(images.size(), Math.round(score * DECIMALS) / DECIMALS));
    }
    images.sort(
        Comparator.comparingDouble(ScoredImage::score)
            .reversed()
            .thenComparingInt(ScoredImage::offset));
    return List.copyOf(images.subList(0, Math.min(count, images.size())));
  }
}
