package dev.sanaq.train.measure;

import java.util.Arrays;

/**
 * Whether what was drawn for a caption is nearer to that caption's picture than to any other's, by
 * the mean squared distance of their values (pixels or latents).
 *
 * @param ranks of each drawn picture's own among all, from 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record Retrieval(int[] ranks) {
  /**
   * Compares each with each.
   *
   * @param drawn values of what was drawn, all of one length
   * @param candidates values of the pictures that could have been meant, of the same length
   * @param own which candidate each drawn one should be, as long as {@code drawn}
   */
  public static Retrieval of(float[][] drawn, float[][] candidates, int[] own) {
    if (drawn.length == 0 || drawn.length != own.length) {
      throw new IllegalArgumentException(
          "%d pictures were drawn for %d captions".formatted(drawn.length, own.length));
    }
    int[] ranks = new int[drawn.length];
    for (int i = 0; i < drawn.length; i++) {
      double wanted = distance(drawn[i], candidates[own[i]]);
      ranks[i] = 1;
      for (int candidate = 0; candidate < candidates.length; candidate++) {
        // One as near is counted before it: a tie is no success.
        if (candidate != own[i] && distance(drawn[i], candidates[candidate]) <= wanted) {
          ranks[i]++;
        }
      }
    }
    return new Retrieval(ranks);
  }

  /**
   * The share whose own picture is among the nearest.
   *
   * @param count how many are looked at: 1 for top-1
   */
  public double top(int count) {
    return Arrays.stream(ranks).filter(rank -> rank <= count).count() / (double) ranks.length;
  }

  private static double distance(float[] a, float[] b) {
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "pictures of %d and of %d values cannot be compared".formatted(a.length, b.length));
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = a[i] - b[i];
      sum += difference * difference;
    }
    return sum;
  }
}
