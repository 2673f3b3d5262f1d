package dev.sanaq.train.measure;

import dev.sanaq.image.Planes;

/** What the measures have in common. */
final class Planar {
  private Planar() {}

  static void checkSameSize(Planes a, Planes b) {
    if (a.height() != b.height() || a.width() != b.width()) {
      throw new IllegalArgumentException(
          "pictures of %d x %d and %d x %d cannot be compared"
              .formatted(a.width(), a.height(), b.width(), b.height()));
    }
  }

  /** A sample as a picture can show it. */
  static double clamped(float value) {
    return Math.min(Math.max(value, -1f), 1f);
  }
}
