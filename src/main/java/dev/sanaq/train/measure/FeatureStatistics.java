package dev.sanaq.train.measure;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Mean and covariance of feature vectors, updated one vector at a time in double precision (the
 * method of Welford), so that no vector is kept. For one thread at a time.
 */
public final class FeatureStatistics {
  private final int dimension;
  private final double[] mean;

  /** Sums of products of deviations from the mean; the upper triangle, row i from column i. */
  private final double[][] comoments;

  private long count;

  /**
   * @param dimension length of the vectors
   */
  public FeatureStatistics(int dimension) {
    this.dimension = dimension;
    this.mean = new double[dimension];
    this.comoments = new double[dimension][];
    for (int i = 0; i < dimension; i++) {
      comoments[i] = new double[dimension - i];
    }
  }

  /** Adds a vector. */
  public void add(float[] features) {
    if (features.length != dimension) {
      throw new IllegalArgumentException(
          "%s features, expected %s".formatted(features.length, dimension));
    }
    count++;
    double[] before = new double[dimension];
    double[] after = new double[dimension];
    for (int i = 0; i < dimension; i++) {
      before[i] = features[i] - mean[i];
      mean[i] += before[i] / count;
      after[i] = features[i] - mean[i];
    }
    for (int i = 0; i < dimension; i++) {
      double[] row = comoments[i];
      double deviation = before[i];
      for (int j = 0; j < row.length; j++) {
        row[j] += deviation * after[i + j];
      }
    }
  }

  /** Vectors so far. */
  public long count() {
    return count;
  }

  /** Length of the vectors. */
  public int dimension() {
    return dimension;
  }

  /** The mean of each feature. */
  double[] mean() {
    return Arrays.copyOf(mean, dimension);
  }

  /**
   * The covariance with the divisor n - 1, as numpy's {@code cov}.
   *
   * @throws IllegalStateException with fewer than two vectors
   */
  double[][] covariance() {
    if (count < 2) {
      throw new IllegalStateException("a covariance needs 2 images or more, got " + count);
    }
    double[][] covariance = new double[dimension][dimension];
    IntStream.range(0, dimension)
        .parallel()
        .forEach(
            i -> {
              for (int j = 0; j < dimension; j++) {
                double sum = i <= j ? comoments[i][j - i] : comoments[j][i - j];
                covariance[i][j] = sum / (count - 1);
              }
            });
    return covariance;
  }
}
