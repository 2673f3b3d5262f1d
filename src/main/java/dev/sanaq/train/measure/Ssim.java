package dev.sanaq.train.measure;

import dev.sanaq.image.Planes;

/**
 * Structural similarity (Wang, Bovik, Sheikh and Simoncelli, 2004): how alike two pictures are in
 * brightness, contrast and structure, in windows of 11 by 11 under a Gaussian of 1.5 pixels; the
 * mean over all windows that lie within, and over the channels.
 */
public final class Ssim {
  private static final int WINDOW = 11;
  private static final double SIGMA = 1.5;
  private static final double C1 = 0.01 * 0.01;
  private static final double C2 = 0.03 * 0.03;
  private static final double[] GAUSSIAN = gaussian();

  private Ssim() {}

  /**
   * The similarity of two pictures.
   *
   * @return at most 1, which only equal pictures reach
   * @throws IllegalArgumentException where their sizes differ or a side is below 11 pixels
   */
  public static double of(Planes a, Planes b) {
    Planar.checkSameSize(a, b);
    if (Math.min(a.height(), a.width()) < WINDOW) {
      throw new IllegalArgumentException(
          "a picture of %d x %d is smaller than a window of %d"
              .formatted(a.width(), a.height(), WINDOW));
    }
    int plane = a.height() * a.width();
    double sum = 0;
    for (int channel = 0; channel < a.values().length / plane; channel++) {
      sum += channel(unit(a, channel * plane, plane), unit(b, channel * plane, plane), a);
    }
    return sum / (a.values().length / plane);
  }

  private static double channel(double[] a, double[] b, Planes size) {
    double[] meanA = blurred(a, size);
    double[] meanB = blurred(b, size);
    double[] squareA = blurred(product(a, a), size);
    double[] squareB = blurred(product(b, b), size);
    double[] both = blurred(product(a, b), size);
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

  /** Under the Gaussian, windows that lie within: {@code (height - 10) * (width - 10)}. */
  private static double[] blurred(double[] plane, Planes size) {
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

  private static double[] unit(Planes picture, int start, int length) {
    double[] plane = new double[length];
    for (int i = 0; i < length; i++) {
      plane[i] = (Planar.clamped(picture.values()[start + i]) + 1) / 2;
    }
    return plane;
  }

  private static double[] product(double[] a, double[] b) {
    double[] product = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      product[i] = a[i] * b[i];
    }
    return product;
  }

  private static double[] gaussian() {
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
