package dev.sanaq.image;

/**
 * A mask for inpainting: white (255) is generated anew, black (0) stays. Values from 128 on count
 * as white (diffusers: {@code do_binarize}).
 *
 * @param width columns, at least 1
 * @param height rows, at least 1
 * @param samples {@code height * width} bytes: rows from the top, pixels from the left; owned by
 *     the mask, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record MaskImage(int width, int height, byte[] samples) {
  private static final int THRESHOLD = 128;

  public MaskImage {
    if (width < 1 || height < 1 || samples.length != (long) width * height) {
      throw new IllegalArgumentException(
          "a mask of %s x %s has %s samples, not %s"
              .formatted(width, height, (long) width * height, samples.length));
    }
  }

  /**
   * The mask of a mask image. Without transparency, its brightness is the mask (Pillow's mode L).
   * With it, the mask is where the image is transparent, as in OpenAI's API.
   */
  public static MaskImage of(RgbaImage image) {
    return image.hasTransparency() ? ofTransparency(image) : ofBrightness(image);
  }

  /** White where the image is transparent. */
  public static MaskImage ofTransparency(RgbaImage image) {
    byte[] mask = new byte[image.width() * image.height()];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) ~image.samples()[RgbaImage.CHANNELS * i + 3];
    }
    return new MaskImage(image.width(), image.height(), mask);
  }

  private static MaskImage ofBrightness(RgbaImage image) {
    byte[] mask = new byte[image.width() * image.height()];
    for (int i = 0; i < mask.length; i++) {
      int at = RgbaImage.CHANNELS * i;
      int red = image.samples()[at] & 0xff;
      int green = image.samples()[at + 1] & 0xff;
      int blue = image.samples()[at + 2] & 0xff;
      mask[i] = (byte) ((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
    }
    return new MaskImage(image.width(), image.height(), mask);
  }

  /** Whether a pixel is generated anew. */
  public boolean isWhite(int x, int y) {
    return (samples[y * width + x] & 0xff) >= THRESHOLD;
  }
}
