package dev.sanaq.image;

/**
 * Weights for resizing one axis: a box filter for downscaling, linear interpolation for upscaling.
 *
 * @param firstSource index of the first source sample, by output sample
 * @param weights of the source samples from there on; they sum to 1
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record AreaResampler(int[] firstSource, float[][] weights) {
  /**
   * Computes the weights.
   *
   * @param start first source sample of the cropped range
   * @param length of the cropped range, at least 1
   * @param target number of output samples, at least 1
   */
  static AreaResampler of(int start, int length, int target) {
    AreaResampler axis = new AreaResampler(new int[target], new float[target][]);
    double stride = (double) length / target;
    for (int i = 0; i < target; i++) {
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
