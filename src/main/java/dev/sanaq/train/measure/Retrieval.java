package dev.sanaq.train.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Retrieval accuracy: how often a generated image is nearer to its caption's image than to the
 * other candidates, by squared distance of pixels or latents. For one thread at a time.
 */
public final class Retrieval {
  /** Number of values between checks against the limit. */
  private static final int CHUNK_SIZE = 1024;

  private final List<Integer> ranks = new ArrayList<>();

  /**
   * Adds a generated image.
   *
   * @param generated its values
   * @param candidates values of the candidates, of the same length
   * @param target index of the right candidate
   */
  public void add(float[] generated, List<float[]> candidates, int target) {
    double distance = squaredDistance(generated, candidates.get(target), Double.POSITIVE_INFINITY);
    int rank = 1;
    for (int candidate = 0; candidate < candidates.size(); candidate++) {
      // A tie counts against the target.
      if (candidate != target
          && squaredDistance(generated, candidates.get(candidate), distance) <= distance) {
        rank++;
      }
    }
    ranks.add(rank);
  }

  /** The rank of the right candidate for each image, from 1, in the order of the calls. */
  public List<Integer> ranks() {
    return List.copyOf(ranks);
  }

  /**
   * The share of images whose right candidate is among the k nearest.
   *
   * @param k 1 for top-1
   */
  public double topKAccuracy(int k) {
    if (ranks.isEmpty()) {
      throw new IllegalStateException("no image was added");
    }
    return ranks.stream().filter(rank -> rank <= k).count() / (double) ranks.size();
  }

  /** The squared distance; above the limit, any number above it. */
  private static double squaredDistance(float[] a, float[] b, double limit) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "cannot compare images of %s and %s values".formatted(a.length, b.length));
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
