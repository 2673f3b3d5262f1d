package dev.sanaq.train.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * The Cholesky factor of a positive semidefinite matrix, with diagonal pivoting (Higham, Accuracy
 * and Stability of Numerical Algorithms, section 10.3): as many columns as the matrix has rank,
 * within rounding.
 */
final class PivotedCholesky {
  private PivotedCholesky() {}

  /**
   * The columns of L with {@code matrix = L L^T}.
   *
   * @param matrix symmetric, positive semidefinite
   */
  static double[][] factor(double[][] matrix) {
    int size = matrix.length;
    double[] diagonal = new double[size];
    double largest = 0;
    for (int i = 0; i < size; i++) {
      diagonal[i] = matrix[i][i];
      largest = Math.max(largest, diagonal[i]);
    }
    double tolerance = size * Math.ulp(1.0) * largest;
    List<double[]> columns = new ArrayList<>();
    while (columns.size() < size) {
      int pivot = indexOfLargest(diagonal);
      if (diagonal[pivot] <= tolerance) {
        break;
      }
      double[] column = matrix[pivot].clone();
      for (double[] previous : columns) {
        addScaled(column, -previous[pivot], previous);
      }
      double root = Math.sqrt(diagonal[pivot]);
      for (int i = 0; i < size; i++) {
        column[i] /= root;
        diagonal[i] -= column[i] * column[i];
      }
      column[pivot] = root;
      diagonal[pivot] = 0;
      columns.add(column);
    }
    return columns.toArray(double[][]::new);
  }

  /** {@code sum += factor * values}. */
  static void addScaled(double[] sum, double factor, double[] values) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * values[i];
    }
  }

  private static int indexOfLargest(double[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[best]) {
        best = i;
      }
    }
    return best;
  }
}
