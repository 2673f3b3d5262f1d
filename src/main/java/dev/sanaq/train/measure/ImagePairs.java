package dev.sanaq.train.measure;

import dev.sanaq.image.PlanarFloatImage;

/** Helpers of the metrics that compare two images. */
final class ImagePairs {
  private ImagePairs() {}

  static void requireSameSize(PlanarFloatImage a, PlanarFloatImage b) {
    if (a.height() != b.height() || a.width() != b.width()) {
      throw new IllegalArgumentException(
          "cannot compare images of %s x %s and %s x %s"
              .formatted(a.width(), a.height(), b.width(), b.height()));
    }
  }

  /** Clamps a value to the range of an image. */
  static double clamp(float value) {
    return Math.min(Math.max(value, -1f), 1f);
  }
}
