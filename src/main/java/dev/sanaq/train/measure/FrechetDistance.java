package dev.sanaq.train.measure;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The Fréchet distance of two normal distributions (arXiv 1706.08500), the FID if the features are
 * Inception's:
 *
 * <pre>
 * |m1 - m2|^2 + tr(S1) + tr(S2) - 2 tr((S1 S2)^(1/2))
 * </pre>
 *
 * <p>The last trace is the sum of the square roots of the eigenvalues of {@code L^T S2 L}, with
 * {@code S1 = L L^T}: a symmetric matrix that has the eigenvalues of {@code S1 S2}. So no matrix
 * root is needed, and covariances of fewer images than features, which are singular, are no
 * exception.
 */
public final class FrechetDistance {
  private FrechetDistance() {}

  /**
   * The distance; 0 for equal statistics, within rounding.
   *
   * @throws IllegalStateException if one has fewer than two vectors
   */
  public static double between(FeatureStatistics first, FeatureStatistics second) {
    double[] firstMean = first.mean();
    double[] secondMean = second.mean();
    double[][] firstCovariance = first.covariance();
    double[][] secondCovariance = second.covariance();
    double distance = 0;
    for (int i = 0; i < firstMean.length; i++) {
      double difference = firstMean[i] - secondMean[i];
      distance += difference * difference + firstCovariance[i][i] + secondCovariance[i][i];
    }
    double[][] product = congruent(PivotedCholesky.factor(firstCovariance), secondCovariance);
    double trace = 0;
    for (double eigenvalue : SymmetricEigenvalues.of(product)) {
      trace += Math.sqrt(Math.max(eigenvalue, 0));
    }
    return Math.max(distance - 2 * trace, 0);
  }

  /**
   * {@code L^T S L}.
   *
   * @param columns of L
   * @param matrix S, symmetric
   */
  private static double[][] congruent(double[][] columns, double[][] matrix) {
    int rank = columns.length;
    double[][] result = new double[rank][rank];
    IntStream.range(0, rank)
        .parallel()
        .forEach(
            k -> {
              double[] image = new double[matrix.length];
              for (int i = 0; i < matrix.length; i++) {
                PivotedCholesky.addScaled(image, columns[k][i], matrix[i]);
              }
              for (int j = 0; j <= k; j++) {
                result[k][j] = dot(image, columns[j]);
              }
            });
    for (int k = 0; k < rank; k++) {
      for (int j = 0; j < k; j++) {
        result[j][k] = result[k][j];
      }
    }
    return result;
  }

  private static double dot(double[] a, double[] b) {
    double[] sums = new double[4]; // independent sums, so that additions overlap
    int whole = a.length & ~3;
    for (int i = 0; i < whole; i += 4) {
      sums[0] += a[i] * b[i];
      sums[1] += a[i + 1] * b[i + 1];
      sums[2] += a[i + 2] * b[i + 2];
      sums[3] += a[i + 3] * b[i + 3];
    }
    for (int i = whole; i < a.length; i++) {
      sums[0] += a[i] * b[i];
    }
    return Arrays.stream(sums).sum();
  }
}
