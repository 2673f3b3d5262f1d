package dev.sanaq.train.measure;

import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Spearman's rank correlation: how alike two scores order the same images. */
public final class RankCorrelation {
  private RankCorrelation() {}

  /**
   * The correlation, -1 to 1; equal values share their mean rank. Empty if one side has only equal
   * values.
   *
   * @param first scores
   * @param second scores of the same images
   */
  public static OptionalDouble of(List<Double> first, List<Double> second) {
    double[] a = ranks(first);
    double[] b = ranks(second);
    double mean = (a.length - 1) / 2.0;
    double product = 0;
    double squaresOfA = 0;
    double squaresOfB = 0;
    for (int i = 0; i < a.length; i++) {
      product += (a[i] - mean) * (b[i] - mean);
      squaresOfA += (a[i] - mean) * (a[i] - mean);
      squaresOfB += (b[i] - mean) * (b[i] - mean);
    }
    return squaresOfA == 0 || squaresOfB == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(product / Math.sqrt(squaresOfA * squaresOfB));
  }

  private static double[] ranks(List<Double> values) {
    return values.stream()
        .mapToDouble(
            value -> {
              long below = values.stream().filter(other -> other < value).count();
              long equal =
                  IntStream.range(0, values.size())
                      .filter(i -> values.get(i).doubleValue() == value)
                      .count();
              return below + (equal - 1) / 2.0;
            })
        .toArray();
  }
}
