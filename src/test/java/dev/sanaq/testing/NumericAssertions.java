package dev.sanaq.testing;

import static org.assertj.core.api.Assertions.assertThat;

/** Comparison of results with the reference's. */
public final class NumericAssertions {
  private NumericAssertions() {}

  /** Asserts that both have the same length and that no values differ by more than a bound. */
  public static void assertClose(String name, float[] actual, float[] expected, double bound) {
    assertThat(actual).as("%s: number of values", name).hasSameSizeAs(expected);
    double worst = maxDifference(actual, expected);
    assertThat(worst).as("%s: largest difference", name).isLessThanOrEqualTo(bound);
  }

  /** Returns the largest difference; infinite if a value is not a number. */
  public static double maxDifference(float[] actual, float[] expected) {
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    return worst;
  }

  /** Returns the root mean square of the difference, relative to that of the reference. */
  public static double relativeError(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double error = 0;
    double size = 0;
    for (int i = 0; i < expected.length; i++) {
      error += Math.pow((double) actual[i] - expected[i], 2);
      size += Math.pow(expected[i], 2);
    }
    return Math.sqrt(error / size);
  }
}
