package dev.sanaq.image;

/**
 * An image in the size that training wants, still transparent: {@link #compositeOver} lays it on a
 * colour, which costs little, so an image that is drawn again and again is resized once.
 *
 * @param size of it
 * @param samples (height, width, 4) from 0 to 1, colours multiplied by alpha; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record PremultipliedImage(ImageSize size, float[] samples) {
  /**
   * The middle of an image in the size and the aspect that are wanted. Colours are multiplied by
   * alpha before they are averaged: what cannot be seen must not tinge the edges.
   *
   * @param image any size
   */
  public static PremultipliedImage coverAndCrop(RgbaImage image, ImageSize size) {
    CropBox part = CropBox.centered(image, size);
    AreaResampler columns = AreaResampler.of(part.left(), part.width(), size.width());
    AreaResampler rows = AreaResampler.of(part.top(), part.height(), size.height());
    return new PremultipliedImage(
        size, resizeColumns(resizeRows(image, columns), image.height(), columns, rows));
  }

  /** The largest part of the image, about its middle, that has the aspect of a size. */
  private record CropBox(int left, int top, int width, int height) {
    static CropBox centered(RgbaImage image, ImageSize size) {
      long covered = (long) image.width() * size.height();
      long wanted = (long) image.height() * size.width();
      int width = image.width();
      int height = image.height();
      if (covered > wanted) {
        width = (int) Math.max(Math.round((double) wanted / size.height()), 1);
      } else if (covered < wanted) {
        height = (int) Math.max(Math.round((double) covered / size.width()), 1);
      }
      return new CropBox((image.width() - width) / 2, (image.height() - height) / 2, width, height);
    }
  }

  /** Every row resized: {@code (height, wanted width, 4)}, 0 to 1, colours multiplied by alpha. */
  private static float[] resizeRows(RgbaImage image, AreaResampler axis) {
    int width = axis.length();
    float[] out = new float[image.height() * width * RgbaImage.CHANNELS];
    float[] row = new float[image.width() * RgbaImage.CHANNELS];
    for (int y = 0; y < image.height(); y++) {
      premultiplyRow(image, y, row);
      for (int x = 0; x < width; x++) {
        int to = (y * width + x) * RgbaImage.CHANNELS;
        int from = axis.firstSource()[x] * RgbaImage.CHANNELS;
        for (float weight : axis.weights()[x]) {
          for (int channel = 0; channel < RgbaImage.CHANNELS; channel++) {
            out[to + channel] += weight * row[from++];
          }
        }
      }
    }
    return out;
  }

  private static void premultiplyRow(RgbaImage image, int y, float[] row) {
    int start = y * image.width() * RgbaImage.CHANNELS;
    for (int x = 0; x < row.length; x += RgbaImage.CHANNELS) {
      float alpha = (image.samples()[start + x + 3] & 0xff) / 255f;
      for (int channel = 0; channel < 3; channel++) {
        row[x + channel] = alpha * (image.samples()[start + x + channel] & 0xff) / 255f;
      }
      row[x + 3] = alpha;
    }
  }

  /** Every column resized: {@code (wanted height, wanted width, 4)}. */
  private static float[] resizeColumns(
      float[] from, int height, AreaResampler columns, AreaResampler rows) {
    int stride = columns.length() * RgbaImage.CHANNELS;
    float[] out = new float[rows.length() * stride];
    for (int y = 0; y < rows.length(); y++) {
      float[] weights = rows.weights()[y];
      for (int i = 0; i < weights.length; i++) {
        int source = Math.min(rows.firstSource()[y] + i, height - 1) * stride;
        for (int x = 0; x < stride; x++) {
          out[y * stride + x] += weights[i] * from[source + x];
        }
      }
    }
    return out;
  }

  /**
   * Without transparency, in the autoencoder's range.
   *
   * @param background 0xRRGGBB, what shows through
   * @return values from -1 (black) to 1 (white)
   */
  public PlanarFloatImage compositeOver(int background) {
    int pixels = size.height() * size.width();
    float[] values = new float[PlanarFloatImage.CHANNELS * pixels];
    for (int channel = 0; channel < PlanarFloatImage.CHANNELS; channel++) {
      float behind = (background >> (16 - 8 * channel) & 0xff) / 255f;
      for (int i = 0; i < pixels; i++) {
        int at = i * RgbaImage.CHANNELS;
        float value = samples[at + channel] + (1 - samples[at + 3]) * behind;
        values[channel * pixels + i] = 2 * Math.min(Math.max(value, 0), 1) - 1;
      }
    }
    return new PlanarFloatImage(size.height(), size.width(), values);
  }
}
