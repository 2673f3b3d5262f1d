package dev.sanaq.train.measure;

import dev.sanaq.image.PlanarFloatImage;

/** What the measures have in common. */
final class ImagePairs {
  private ImagePairs() {}

  static void requireSameSize(PlanarFloatImage a, PlanarFloatImage b) {
    if (a.height() != b.height() || a.width() != b.width()) {
      throw new IllegalArgumentException(
          "images of %d x %d and %d x %d cannot be compared"
              .formatted(a.width(), a.height(), b.width(), b.height()));
    }
  }

  /** A sample as an image can show it. */
  static double clamp(float value) {
    return Math.min(Math.max(value, -1f), 1f);
  }
}
