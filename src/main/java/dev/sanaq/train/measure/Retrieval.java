package dev.sanaq.train.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Whether what was drawn for a caption is nearer to that caption's image than to any other's, by
 * the mean squared distance of their values (pixels or latents). Counts as images come; one thread.
 */
public final class Retrieval {
  /** Values that are compared before it is asked whether the rest can matter. */
  private static final int CHUNK_SIZE = 1024;

  private final List<Integer> ranks = new ArrayList<>();

  /**
   * Compares one with all.
   *
   * @param drawn values of what was drawn
   * @param candidates values of the images that could have been meant, each as many
   * @param own which candidate it should be
   */
  public void add(float[] drawn, List<float[]> candidates, int own) {
    double wanted = squaredDistance(drawn, candidates.get(own), Double.POSITIVE_INFINITY);
    int rank = 1;
    for (int candidate = 0; candidate < candidates.size(); candidate++) {
      // One as near is counted before it: a tie is no success.
      if (candidate != own && squaredDistance(drawn, candidates.get(candidate), wanted) <= wanted) {
        rank++;
      }
    }
    ranks.add(rank);
  }

  /** Each drawn image's own among all, from 1, in the order in which they came. */
  public List<Integer> ranks() {
    return List.copyOf(ranks);
  }

  /**
   * The share whose own image is among the nearest.
   *
   * @param count how many are looked at: 1 for top-1
   */
  public double topKAccuracy(int count) {
    if (ranks.isEmpty()) {
      throw new IllegalStateException("no image was drawn, so none was found");
    }
    return ranks.stream().filter(rank -> rank <= count).count() / (double) ranks.size();
  }

  /** The squared distance, or of one beyond the limit some number beyond it. */
  private static double squaredDistance(float[] a, float[] b, double limit) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "images of %d and of %d values cannot be compared".formatted(a.length, b.length));
    }
    double sum = 0;
    for (int from = 0; from < a.length && sum <= limit; from += CHUNK_SIZE) {
      int to = Math.min(from + CHUNK_SIZE, a.length);
      for (int i = from; i < to; i++) {
        double difference = a[i] - b[i];
        sum += difference * difference;
      }
    }
    return sum;
  }
}
