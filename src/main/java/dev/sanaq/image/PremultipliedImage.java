package dev.sanaq.image;

/**
 * A resized training image with transparency, colours multiplied by alpha. {@link #compositeOver}
 * is cheap, so training resizes an image once and composites it in every epoch.
 *
 * @param size in pixels
 * @param samples (height, width, 4) from 0 to 1, colours multiplied by alpha; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record PremultipliedImage(ImageSize size, float[] samples) {
  /**
   * Resizes an image to cover a size, cropped about its centre. Colours are multiplied by alpha
   * before averaging, so that transparent pixels do not colour the edges.
   *
   * @param image of any size
   */
  public static PremultipliedImage coverAndCrop(RgbaImage image, ImageSize size) {
    CropBox box = CropBox.centered(image, size);
    AreaResampler columns = AreaResampler.of(box.left(), box.width(), size.width());
    AreaResampler rows = AreaResampler.of(box.top(), box.height(), size.height());
    return new PremultipliedImage(
        size, resizeColumns(resizeRows(image, columns), image.height(), columns, rows));
  }

  /** The largest centred box with the aspect ratio of a size. */
  private record CropBox(int left, int top, int width, int height) {
    static CropBox centered(RgbaImage image, ImageSize size) {
      long covered = (long) image.width() * size.height();
      long target = (long) image.height() * size.width();
      int width = image.width();
      int height = image.height();
      if (covered > target) {
        width = (int) Math.max(Math.round((double) target / size.height()), 1);
      } else if (covered < target) {
        height = (int) Math.max(Math.round((double) covered / size.width()), 1);
      }
      return new CropBox((image.width() - width) / 2, (image.height() - height) / 2, width, height);
    }
  }

  /** Every row resized: {@code (height, new width, 4)}, 0 to 1, colours multiplied by alpha. */
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

  /** Every column resized: {@code (new height, new width, 4)}. */
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
   * The image over a background colour.
   *
   * @param background 0xRRGGBB
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
