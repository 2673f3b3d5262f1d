package dev.sanaq.image;

/**
 * Converts the decoder's output to 8-bit samples: {@code round(255 * clamp(v / 2 + 1 / 2))}, halves
 * to even, in float, as {@code VaeImageProcessor.postprocess} of diffusers does with numpy.
 */
public final class VaePostprocessor {
  private VaePostprocessor() {}

  /**
   * Converts an image. Uses all cores; blocks until done.
   *
   * @param planes values from -1 (black) to 1 (white); others are clamped
   * @throws NotANumberException if a value is NaN
   */
  public static RgbImage toRgb(PlanarFloatImage planes) {
    int pixels = planes.height() * planes.width();
    byte[] samples = new byte[PlanarFloatImage.CHANNELS * pixels];
    ParallelRows.forEach(
        planes.height(), samples.length, y -> convertRow(planes, y, pixels, samples));
    return new RgbImage(planes.width(), planes.height(), samples);
  }

  private static void convertRow(PlanarFloatImage planes, int y, int pixels, byte[] samples) {
    for (int i = y * planes.width(); i < (y + 1) * planes.width(); i++) {
      for (int channel = 0; channel < PlanarFloatImage.CHANNELS; channel++) {
        float value = planes.values()[channel * pixels + i];
        if (Float.isNaN(value)) {
          throw new NotANumberException(y, i - y * planes.width(), channel);
        }
        float unit = Math.min(Math.max(value * 0.5f + 0.5f, 0), 1);
        samples[i * PlanarFloatImage.CHANNELS + channel] = (byte) (int) Math.rint(unit * 255f);
      }
    }
  }
}
