package dev.sanaq.image;

/**
 * From the size that was drawn to the size that was asked for: the image is scaled until it covers
 * what was asked, and its centre kept. Follows {@code PixArtImageProcessor.resize_and_crop_tensor}
 * of diffusers and torch's bilinear interpolation (corners not aligned, no antialiasing), in float.
 */
public final class CoverAndCrop {
  private CoverAndCrop() {}

  /**
   * The image's middle in the size that was asked for; the image itself where it has that size.
   * Works on every core; blocks until done.
   *
   * @param planes any range of values
   * @param size what was asked for
   */
  public static PlanarFloatImage resize(PlanarFloatImage planes, ImageSize size) {
    if (planes.height() == size.height() && planes.width() == size.width()) {
      return planes;
    }
    double ratio =
        Math.max((double) size.height() / planes.height(), (double) size.width() / planes.width());
    Axis rows =
        Axis.of(planes.height(), scaledSide(planes.height(), ratio, size.height()), size.height());
    Axis columns =
        Axis.of(planes.width(), scaledSide(planes.width(), ratio, size.width()), size.width());
    float[] values = new float[PlanarFloatImage.CHANNELS * size.height() * size.width()];
    ParallelRows.forEach(
        PlanarFloatImage.CHANNELS * size.height(),
        values.length,
        row -> interpolate(planes, rows, columns, row, values));
    return new PlanarFloatImage(size.height(), size.width(), values);
  }

  /**
   * A side after scaling. Truncated, as the reference does; but where rounding took a pixel from a
   * side that was to fit exactly (the reference then crops at -1 and loses the image), that pixel
   * is kept.
   */
  private static int scaledSide(int side, double ratio, int wanted) {
    return Math.max((int) (side * ratio), wanted);
  }

  private static void interpolate(
      PlanarFloatImage planes, Axis rows, Axis columns, int row, float[] values) {
    int y = row % rows.low().length;
    int plane = row / rows.low().length * planes.height();
    int above = (plane + rows.low()[y]) * planes.width();
    int below = (plane + rows.high()[y]) * planes.width();
    float down = rows.weight()[y];
    int width = columns.low().length;
    float[] from = planes.values();
    for (int x = 0; x < width; x++) {
      int left = columns.low()[x];
      int right = columns.high()[x];
      float across = columns.weight()[x];
      values[row * width + x] =
          (1 - down) * ((1 - across) * from[above + left] + across * from[above + right])
              + down * ((1 - across) * from[below + left] + across * from[below + right]);
    }
  }

  /**
   * Where the samples of a side come from, the cropped ones left out.
   *
   * @param low the nearer source to the start
   * @param high the other
   * @param weight of {@code high}, 0 to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  private record Axis(int[] low, int[] high, float[] weight) {
    static Axis of(int source, int scaled, int wanted) {
      int start = (scaled - wanted) / 2;
      float stride = (float) source / scaled;
      Axis axis = new Axis(new int[wanted], new int[wanted], new float[wanted]);
      for (int i = 0; i < wanted; i++) {
        // Fused, as in torch: rounded twice, far columns would be off by some 1e-6 of a pixel.
        float at = Math.max(Math.fma(stride, start + i + 0.5f, -0.5f), 0);
        int low = Math.min((int) at, source - 1);
        axis.low[i] = low;
        axis.high[i] = Math.min(low + 1, source - 1);
        axis.weight[i] = Math.min(at - low, 1);
      }
      return axis;
    }
  }
}
