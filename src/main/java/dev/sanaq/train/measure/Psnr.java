package dev.sanaq.train.measure;

import dev.sanaq.image.Planes;

/** Peak signal-to-noise ratio: how little two pictures differ, in decibels; more is nearer. */
public final class Psnr {
  /** From black to white in planes. */
  private static final double PEAK = 2;

  private Psnr() {}

  /**
   * The ratio of two pictures over all channels; what lies outside -1 to 1 counts as its edge.
   *
   * @return decibels; infinite where they are equal
   * @throws IllegalArgumentException where their sizes differ
   */
  public static double of(Planes a, Planes b) {
    Planar.checkSameSize(a, b);
    double sum = 0;
    for (int i = 0; i < a.values().length; i++) {
      double error = Planar.clamped(a.values()[i]) - Planar.clamped(b.values()[i]);
      sum += error * error;
    }
    return 10 * Math.log10(PEAK * PEAK * a.values().length / sum);
  }
}
