package dev.sanaq.train.measure;

import java.util.List;
import java.util.stream.IntStream;

/**
 * The kernel distance of two sets of features (arXiv 1801.01401), the KID if they are Inception's:
 * the unbiased estimate of the squared maximum mean discrepancy with the kernel {@code (x y / d +
 * 1)^3}. Unlike the Fréchet distance it is not larger for small sets; it may be below 0.
 */
public final class KernelDistance {
  private KernelDistance() {}

  /**
   * The distance.
   *
   * @param first at least 2 vectors
   * @param second at least 2 vectors of the same length
   */
  public static double between(List<float[]> first, List<float[]> second) {
    if (first.size() < 2 || second.size() < 2) {
      throw new IllegalArgumentException("a kernel distance needs 2 images or more of each set");
    }
    return within(first) + within(second) - 2 * across(first, second);
  }

  /** The mean over pairs of different vectors. */
  private static double within(List<float[]> set) {
    double sum =
        IntStream.range(0, set.size())
            .parallel()
            .mapToDouble(
                i -> {
                  double row = 0;
                  for (int j = 0; j < i; j++) {
                    row += kernel(set.get(i), set.get(j));
                  }
                  return row;
                })
            .sum();
    return 2 * sum / ((double) set.size() * (set.size() - 1));
  }

  private static double across(List<float[]> first, List<float[]> second) {
    double sum =
        first.stream()
            .parallel()
            .mapToDouble(x -> second.stream().mapToDouble(y -> kernel(x, y)).sum())
            .sum();
    return sum / ((double) first.size() * second.size());
  }

  private static double kernel(float[] x, float[] y) {
    double product = 0;
    for (int i = 0; i < x.length; i++) {
      product += (double) x[i] * y[i];
    }
    double base = product / x.length + 1;
    return base * base * base;
  }
}
