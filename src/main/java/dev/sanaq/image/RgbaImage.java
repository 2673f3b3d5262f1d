package dev.sanaq.image;

/**
 * An image of 8-bit RGBA samples, colours not multiplied by alpha.
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param samples {@code height * width * 4} bytes: rows from the top, pixels from the left, red
 *     green blue alpha; owned by the image, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record RgbaImage(int width, int height, byte[] samples) {
  /** Red, green, blue, alpha. */
  static final int CHANNELS = 4;

  public RgbaImage {
    if (width < 1 || height < 1 || samples.length != (long) CHANNELS * width * height) {
      throw new IllegalArgumentException(
          "an image of %s x %s has %s samples, not %s"
              .formatted(width, height, (long) CHANNELS * width * height, samples.length));
    }
  }

  /** The image with alpha 255 everywhere. */
  public static RgbaImage opaque(RgbImage image) {
    byte[] samples = new byte[CHANNELS * image.width() * image.height()];
    for (int i = 0; i < image.width() * image.height(); i++) {
      System.arraycopy(image.samples(), 3 * i, samples, CHANNELS * i, 3);
      samples[CHANNELS * i + 3] = (byte) 0xff;
    }
    return new RgbaImage(image.width(), image.height(), samples);
  }

  /** Whether a pixel is not opaque. */
  public boolean hasTransparency() {
    for (int i = CHANNELS - 1; i < samples.length; i += CHANNELS) {
      if (samples[i] != (byte) 0xff) {
        return true;
      }
    }
    return false;
  }

  /** The colours without alpha, also those of transparent pixels. */
  public RgbImage toRgb() {
    byte[] colours = new byte[3 * width * height];
    for (int i = 0; i < width * height; i++) {
      System.arraycopy(samples, CHANNELS * i, colours, 3 * i, 3);
    }
    return new RgbImage(width, height, colours);
  }
}
