package dev.sanaq.train.measure;

import dev.sanaq.image.PlanarFloatImage;

/** Peak signal-to-noise ratio of two images in decibels; higher is more similar. */
public final class Psnr {
  /** Range of values: -1 to 1. */
  private static final double PEAK = 2;

  private Psnr() {}

  /**
   * The ratio over all channels; values are clamped to -1 to 1.
   *
   * @return decibels; infinite if the images are equal
   * @throws IllegalArgumentException if their sizes differ
   */
  public static double of(PlanarFloatImage a, PlanarFloatImage b) {
    ImagePairs.requireSameSize(a, b);
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      double error = ImagePairs.clamp(a.values()[i]) - ImagePairs.clamp(b.values()[i]);
      sum += error * error;
    }
    return 10 * Math.log10(PEAK * PEAK * a.values().length / sum);
  }
}
