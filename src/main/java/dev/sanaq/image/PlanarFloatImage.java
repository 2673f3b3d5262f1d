package dev.sanaq.image;

/**
 * An image as three planes of floats: red, green, blue. The decoder's output format.
 *
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param values {@code 3 * height * width} samples, row-major within a plane; owned by the image,
 *     not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere; 192 MiB at 4096 pixels
public record PlanarFloatImage(int height, int width, float[] values) {
  /** Red, green, blue. */
  static final int CHANNELS = 3;

  public PlanarFloatImage {
    if (height < 1 || width < 1 || values.length != (long) CHANNELS * height * width) {
      throw new IllegalArgumentException(
          "planes of %s x %s have %s samples, not %s"
              .formatted(width, height, (long) CHANNELS * height * width, values.length));
    }
  }

  /** The autoencoder's input of an image: values from -1 (black) to 1 (white). */
  public static PlanarFloatImage of(RgbImage image) {
    int pixels = image.height() * image.width();
    float[] values = new float[CHANNELS * pixels];
    for (int i = 0; i < pixels; i++) {
      for (int channel = 0; channel < CHANNELS; channel++) {
        float unit = (image.samples()[CHANNELS * i + channel] & 0xff) / 255f;
        values[channel * pixels + i] = 2 * unit - 1;
      }
    }
    return new PlanarFloatImage(image.height(), image.width(), values);
  }
}
