package dev.sanaq.image;

/**
 * How the samples of a side become those of a shorter or longer one. Shorter: each takes the mean
 * of the part that it covers, so that nothing between is skipped. Longer: it lies on the line
 * between its two neighbours.
 *
 * @param firstSource the first source of each
 * @param weights of each source from {@code first} on; they sum to 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record AreaResampler(int[] firstSource, float[][] weights) {
  /**
   * An axis.
   *
   * @param start the first source sample that counts
   * @param length how many count, at least 1
   * @param wanted how many there shall be, at least 1
   */
  static AreaResampler of(int start, int length, int wanted) {
    AreaResampler axis = new AreaResampler(new int[wanted], new float[wanted][]);
    double stride = (double) length / wanted;
    for (int i = 0; i < wanted; i++) {
      double middle = (i + 0.5) * stride;
      double reach = Math.max(stride, 1) / 2;
      double from = Math.max(middle - reach, 0);
      double to = Math.min(middle + reach, length);
      int low = (int) from;
      int high = Math.max((int) Math.ceil(to - 1e-9), low + 1);
      axis.firstSource[i] = start + low;
      axis.weights[i] = coverageWeights(low, high, from, to);
    }
    return axis;
  }

  private static float[] coverageWeights(int low, int high, double from, double to) {
    float[] weights = new float[high - low];
    for (int i = low; i < high; i++) {
      weights[i - low] = (float) ((Math.min(i + 1, to) - Math.max(i, from)) / (to - from));
    }
    return weights;
  }

  int length() {
    return firstSource.length;
  }
}
