package dev.sanaq.train.measure;

import java.util.stream.IntStream;

/**
 * All eigenvalues of a symmetric matrix: Householder reflections to a tridiagonal matrix, then
 * implicit QL steps (Golub and Van Loan, Matrix Computations, sections 8.3.1 and 8.3.3). No
 * eigenvectors.
 */
final class SymmetricEigenvalues {
  private static final int MAX_ITERATIONS = 60;

  /** Below so many columns threads cost more than they save. */
  private static final int MIN_PARALLEL_SIZE = 256;

  private SymmetricEigenvalues() {}

  /**
   * The eigenvalues, in no order.
   *
   * @param matrix symmetric; overwritten
   */
  static double[] of(double[][] matrix) {
    int size = matrix.length;
    double[] diagonal = new double[size];
    double[] offDiagonal = new double[size];
    for (int last = size - 1; last > 0; last--) {
      offDiagonal[last - 1] = reflect(matrix, last);
    }
    for (int i = 0; i < size; i++) {
      diagonal[i] = matrix[i][i];
    }
    iterate(diagonal, offDiagonal);
    return diagonal;
  }

  /**
   * Reflects the leading block so that row {@code last} has zeros but for the diagonal and the
   * element before it.
   *
   * @return that element
   */
  private static double reflect(double[][] matrix, int last) {
    double[] row = matrix[last];
    double tail = 0;
    for (int i = 0; i < last - 1; i++) {
      tail += row[i] * row[i];
    }
    double pivot = row[last - 1];
    if (tail == 0) {
      return pivot;
    }
    double norm = Math.sqrt(tail + pivot * pivot);
    double element = pivot > 0 ? -norm : norm;
    double[] v = new double[last];
    System.arraycopy(row, 0, v, 0, last);
    v[last - 1] = pivot - element;
    double beta = 2 / (tail + v[last - 1] * v[last - 1]);
    double[] p = new double[last];
    rows(last)
        .forEach(
            i -> {
              double sum = 0;
              double[] line = matrix[i];
              for (int j = 0; j < last; j++) {
                sum += line[j] * v[j];
              }
              p[i] = beta * sum;
            });
    double half = 0;
    for (int i = 0; i < last; i++) {
      half += p[i] * v[i];
    }
    half *= beta / 2;
    for (int i = 0; i < last; i++) {
      p[i] -= half * v[i];
    }
    rows(last)
        .forEach(
            i -> {
              double[] line = matrix[i];
              double vi = v[i];
              double pi = p[i];
              for (int j = 0; j < last; j++) {
                line[j] -= vi * p[j] + pi * v[j];
              }
            });
    return element;
  }

  private static IntStream rows(int count) {
    IntStream rows = IntStream.range(0, count);
    return count >= MIN_PARALLEL_SIZE ? rows.parallel() : rows;
  }

  /** QL steps with Wilkinson's shift until every off-diagonal element is negligible. */
  private static void iterate(double[] d, double[] e) {
    int size = d.length;
    for (int first = 0; first < size; first++) {
      int iterations = 0;
      int end = smallOffDiagonal(d, e, first);
      while (end != first) {
        if (iterations++ == MAX_ITERATIONS) {
          throw new ArithmeticException("the eigenvalues of the covariances do not converge");
        }
        step(d, e, first, end);
        end = smallOffDiagonal(d, e, first);
      }
    }
  }

  private static int smallOffDiagonal(double[] d, double[] e, int from) {
    int i = from;
    while (i < d.length - 1
        && Math.abs(e[i]) > Math.ulp(1.0) * (Math.abs(d[i]) + Math.abs(d[i + 1]))) {
      i++;
    }
    return i;
  }

  private static void step(double[] d, double[] e, int first, int end) {
    double delta = (d[first + 1] - d[first]) / (2 * e[first]);
    double shift = d[first] - e[first] / (delta + Math.copySign(Math.hypot(delta, 1), delta));
    double g = d[end] - shift;
    double sine = 1;
    double cosine = 1;
    double carry = 0;
    for (int i = end - 1; i >= first; i--) {
      double f = sine * e[i];
      double b = cosine * e[i];
      double r = Math.hypot(f, g);
      e[i + 1] = r;
      if (r == 0) {
        d[i + 1] -= carry;
        e[end] = 0;
        return;
      }
      sine = f / r;
      cosine = g / r;
      g = d[i + 1] - carry;
      double t = (d[i] - g) * sine + 2 * cosine * b;
      carry = sine * t;
      d[i + 1] = g + carry;
      g = cosine * t - b;
    }
    d[first] -= carry;
    e[first] = g;
    e[end] = 0;
  }
}
