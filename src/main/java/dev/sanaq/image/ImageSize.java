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

  @Override
  public String toString() {
    return width + "x" + height;
  }
}
