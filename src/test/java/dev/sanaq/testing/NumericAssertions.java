package dev.sanaq.testing;

import static org.assertj.core.api.Assertions.assertThat;

/** How far an answer may be from the reference's. */
public final class NumericAssertions {
  private NumericAssertions() {}

  /** Every value is within {@code bound} of the reference's, and there are as many. */
  public static void assertClose(String what, float[] actual, float[] expected, double bound) {
    assertThat(actual).as("%s: count of values", what).hasSameSizeAs(expected);
    double worst = maxDifference(actual, expected);
    assertThat(worst).as("%s: largest difference", what).isLessThanOrEqualTo(bound);
  }

  /** The largest difference; infinite where a value is not a number. */
  public static double maxDifference(float[] actual, float[] expected) {
    double worst = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
    return worst;
  }

  /** Root of the mean squared difference over that of the reference. */
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
