package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/** A Gaussian filter, first along rows, then along columns; the border is repeated outwards. */
final class GaussianFilter {
  private static final int CHANNELS = 3;

  /** The kernel reaches this many standard deviations to either side. */
  private static final double REACH = 3;

  private GaussianFilter() {}

  /**
   * Filters an image.
   *
   * @param sigma standard deviation in pixels, above 0
   */
  static RgbImage apply(RgbImage image, double sigma) {
    float[] kernel = kernel(sigma);
    int width = image.width();
    int height = image.height();
    float[] across = new float[image.samples().length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        for (int k = 0; k < kernel.length; k++) {
          int source = y * width + clamp(x + k - kernel.length / 2, width);
          for (int channel = 0; channel < CHANNELS; channel++) {
            across[CHANNELS * (y * width + x) + channel] +=
                kernel[k] * (image.samples()[CHANNELS * source + channel] & 0xff);
          }
        }
      }
    }
    byte[] down = new byte[across.length];
    for (int y = 0; y < height; y++) {
      for (int i = 0; i < CHANNELS * width; i++) {
        float sum = 0;
        for (int k = 0; k < kernel.length; k++) {
          sum +=
              kernel[k] * across[CHANNELS * width * clamp(y + k - kernel.length / 2, height) + i];
        }
        down[CHANNELS * width * y + i] = (byte) Math.min(Math.round(sum), 255);
      }
    }
    return new RgbImage(width, height, down);
  }

  private static int clamp(int at, int length) {
    return Math.min(Math.max(at, 0), length - 1);
  }

  private static float[] kernel(double sigma) {
    int reach = (int) Math.ceil(REACH * sigma);
    double[] weights = new double[2 * reach + 1];
    double sum = 0;
    for (int i = 0; i < weights.length; i++) {
      double distance = (i - reach) / sigma;
      weights[i] = Math.exp(-distance * distance / 2);
      sum += weights[i];
    }
    float[] kernel = new float[weights.length];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = (float) (weights[i] / sum);
    }
    return kernel;
  }
}
