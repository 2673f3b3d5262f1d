package dev.sanaq.image;

/**
 * An image's size in pixels.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 */
public record ImageSize(int height, int width) {
  public ImageSize {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image of %s rows and %s columns: both must be at least 1".formatted(height, width));
    }
  }

  /**
   * The size of this aspect ratio with about the given number of pixels.
   *
   * @param pixels of the result
   * @param unit both sides are multiples of it
   */
  public ImageSize withPixels(long pixels, int unit) {
    double scale = Math.sqrt((double) pixels / ((long) height * width));
    return new ImageSize(roundTo(height * scale, unit), roundTo(width * scale, unit));
  }

  private static int roundTo(double side, int unit) {
    return (int) Math.max(Math.round(side / unit), 1) * unit;
  }

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
