package dev.sanaq.image;

/**
 * An image of 8-bit RGB samples.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param samples {@code height * width * 3} bytes: rows from the top, pixels from the left, red
 *     green blue; owned by the image, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; a copy of a 4096px image is 48 MiB
public record RgbImage(int width, int height, byte[] samples) {
  public RgbImage {
    if (width < 1 || height < 1 || samples.length != 3L * width * height) {
      throw new IllegalArgumentException(
          "an image of %s x %s has %s samples, not %s"
              .formatted(width, height, 3L * width * height, samples.length));
    }
  }
}
