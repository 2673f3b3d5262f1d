package dev.sanaq.image;

/**
 * A picture in the size that training wants, still transparent: {@link #on} lays it on a colour,
 * which costs little, so a picture that is drawn again and again is resized once.
 *
 * @param size of it
 * @param samples (height, width, 4) from 0 to 1, colours multiplied by alpha; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
public record Canvas(Size size, float[] samples) {
  /**
   * The middle of a picture in the size and the aspect that are wanted. Colours are multiplied by
   * alpha before they are averaged: what cannot be seen must not tinge the edges.
   *
   * @param picture any size
   */
  public static Canvas cover(RgbaImage picture, Size size) {
    Part part = Part.middle(picture, size);
    AreaAxis columns = AreaAxis.of(part.left(), part.width(), size.width());
    AreaAxis rows = AreaAxis.of(part.top(), part.height(), size.height());
    return new Canvas(size, down(across(picture, columns), picture.height(), columns, rows));
  }

  /** The largest part of the picture, about its middle, that has the aspect of a size. */
  private record Part(int left, int top, int width, int height) {
    static Part middle(RgbaImage picture, Size size) {
      long covered = (long) picture.width() * size.height();
      long wanted = (long) picture.height() * size.width();
      int width = picture.width();
      int height = picture.height();
      if (covered > wanted) {
        width = (int) Math.max(Math.round((double) wanted / size.height()), 1);
      } else if (covered < wanted) {
        height = (int) Math.max(Math.round((double) covered / size.width()), 1);
      }
      return new Part(
          (picture.width() - width) / 2, (picture.height() - height) / 2, width, height);
    }
  }

  /** Every row resized: {@code (height, wanted width, 4)}, 0 to 1, colours multiplied by alpha. */
  private static float[] across(RgbaImage picture, AreaAxis axis) {
    int width = axis.length();
    float[] out = new float[picture.height() * width * RgbaImage.CHANNELS];
    float[] row = new float[picture.width() * RgbaImage.CHANNELS];
    for (int y = 0; y < picture.height(); y++) {
      multiplied(picture, y, row);
      for (int x = 0; x < width; x++) {
        int to = (y * width + x) * RgbaImage.CHANNELS;
        int from = axis.first()[x] * RgbaImage.CHANNELS;
        for (float weight : axis.weights()[x]) {
          for (int channel = 0; channel < RgbaImage.CHANNELS; channel++) {
            out[to + channel] += weight * row[from++];
          }
        }
      }
    }
    return out;
  }

  private static void multiplied(RgbaImage picture, int y, float[] row) {
    int start = y * picture.width() * RgbaImage.CHANNELS;
    for (int x = 0; x < row.length; x += RgbaImage.CHANNELS) {
      float alpha = (picture.samples()[start + x + 3] & 0xff) / 255f;
      for (int channel = 0; channel < 3; channel++) {
        row[x + channel] = alpha * (picture.samples()[start + x + channel] & 0xff) / 255f;
      }
      row[x + 3] = alpha;
    }
  }

  /** Every column resized: {@code (wanted height, wanted width, 4)}. */
  private static float[] down(float[] from, int height, AreaAxis columns, AreaAxis rows) {
    int stride = columns.length() * RgbaImage.CHANNELS;
    float[] out = new float[rows.length() * stride];
    for (int y = 0; y < rows.length(); y++) {
      float[] weights = rows.weights()[y];
      for (int i = 0; i < weights.length; i++) {
        int source = Math.min(rows.first()[y] + i, height - 1) * stride;
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
  public Planes on(int background) {
    int pixels = size.height() * size.width();
    float[] values = new float[Planes.CHANNELS * pixels];
    for (int channel = 0; channel < Planes.CHANNELS; channel++) {
      float behind = (background >> (16 - 8 * channel) & 0xff) / 255f;
      for (int i = 0; i < pixels; i++) {
        int at = i * RgbaImage.CHANNELS;
        float value = samples[at + channel] + (1 - samples[at + 3]) * behind;
        values[channel * pixels + i] = 2 * Math.min(Math.max(value, 0), 1) - 1;
      }
    }
    return new Planes(size.height(), size.width(), values);
  }
}
