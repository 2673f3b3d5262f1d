package dev.sanaq.train.measure;

import dev.sanaq.image.PlanarFloatImage;

/**
 * Structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli, 2004), with Gaussian
 * windows of 11 x 11 pixels and sigma 1.5; the mean over all complete windows and over the
 * channels.
 */
public final class Ssim {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;
  private static final double[] GAUSSIAN = gaussianKernel();

  private Ssim() {}

  /**
   * The similarity of two images.
   *
   * @return at most 1, which only equal images reach
   * @throws IllegalArgumentException if their sizes differ or a side is below 11 pixels
   */
  public static double of(PlanarFloatImage a, PlanarFloatImage b) {
    ImagePairs.requireSameSize(a, b);
    if (Math.min(a.height(), a.width()) < WINDOW) {
      throw new IllegalArgumentException(
          "an image of %s x %s is smaller than the window of %s"
              .formatted(a.width(), a.height(), WINDOW));
    }
    int plane = a.height() * a.width();
    double sum = 0;
    for (int channel = 0; channel < a.values().length / plane; channel++) {
      sum +=
          channelSsim(
              toUnitRange(a, channel * plane, plane), toUnitRange(b, channel * plane, plane), a);
    }
    return sum / (a.values().length / plane);
  }

  private static double channelSsim(double[] a, double[] b, PlanarFloatImage size) {
    double[] meanA = blur(a, size);
    double[] meanB = blur(b, size);
    double[] squareA = blur(multiply(a, a), size);
    double[] squareB = blur(multiply(b, b), size);
    double[] both = blur(multiply(a, b), size);
    double sum = 0;
    for (int i = 0; i < meanA.length; i++) {
      double means = meanA[i] * meanB[i];
      double squares = meanA[i] * meanA[i] + meanB[i] * meanB[i];
      double covariance = both[i] - means;
      double variances = squareA[i] + squareB[i] - squares;
      sum += (2 * means + C1) * (2 * covariance + C2) / ((squares + C1) * (variances + C2));
    }
    return sum / meanA.length;
  }

  /** Gaussian means of all complete windows: {@code (height - 10) * (width - 10)}. */
  private static double[] blur(double[] plane, PlanarFloatImage size) {
    int width = size.width() - WINDOW + 1;
    int height = size.height() - WINDOW + 1;
    double[] across = new double[size.height() * width];
    for (int i = 0; i < across.length; i++) {
      int from = i / width * size.width() + i % width;
      for (int k = 0; k < WINDOW; k++) {
        across[i] += GAUSSIAN[k] * plane[from + k];
      }
    }
    double[] blurred = new double[height * width];
    for (int i = 0; i < blurred.length; i++) {
      for (int k = 0; k < WINDOW; k++) {
        blurred[i] += GAUSSIAN[k] * across[i + k * width];
      }
    }
    return blurred;
  }

  private static double[] toUnitRange(PlanarFloatImage image, int start, int length) {
    double[] plane = new double[length];
    for (int i = 0; i < length; i++) {
      plane[i] = (ImagePairs.clamp(image.values()[start + i]) + 1) / 2;
    }
    return plane;
  }

  private static double[] multiply(double[] a, double[] b) {
    double[] product = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      product[i] = a[i] * b[i];
    }
    return product;
  }

  private static double[] gaussianKernel() {
    double[] weights = new double[WINDOW];
    double sum = 0;
    for (int i = 0; i < WINDOW; i++) {
      double distance = i - WINDOW / 2;
      weights[i] = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
      sum += weights[i];
    }
    for (int i = 0; i < WINDOW; i++) {
      weights[i] /= sum;
    }
    return weights;
  }
}
