package dev.sanaq.train.measure;

import dev.sanaq.image.PlanarFloatImage;

/** Peak signal-to-noise ratio: how little two images differ, in decibels; more is nearer. */
public final class Psnr {
  /** From black to white in planes. */
  private static final double PEAK = 2;

  private Psnr() {}

  /**
   * The ratio of two images over all channels; what lies outside -1 to 1 counts as its edge.
   *
   * @return decibels; infinite where they are equal
   * @throws IllegalArgumentException where their sizes differ
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
