package dev.sanaq.image;

/**
 * From the decoder's range to 8-bit samples: {@code round(255 * clamp(v / 2 + 1 / 2))}, halves to
 * even, in float, as {@code VaeImageProcessor.postprocess} of diffusers does with numpy.
 */
public final class VaePostprocessor {
  private VaePostprocessor() {}

  /**
   * The image in 8 bits. Works on every core; blocks until done.
   *
   * @param planes values from -1 (black) to 1 (white); what lies outside is clamped
   * @throws IllegalArgumentException where a value is not a number: the network overflowed, and the
   *     image would be black there
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
          throw new IllegalArgumentException(
              "the decoder's answer is not a number at row %d, column %d, channel %d: the network"
                      .formatted(y, i - y * planes.width(), channel)
                  + " overflowed; try a precision of wider range (bf16, fp32)");
        }
        float unit = Math.min(Math.max(value * 0.5f + 0.5f, 0), 1);
        samples[i * PlanarFloatImage.CHANNELS + channel] = (byte) (int) Math.rint(unit * 255f);
      }
    }
  }
}
