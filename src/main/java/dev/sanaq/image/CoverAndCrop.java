package dev.sanaq.image;

import java.util.Optional;

/**
 * Resizes an image to cover the requested size, and crops it about its centre. Follows {@code
 * PixArtImageProcessor.resize_and_crop_tensor} of diffusers and torch's bilinear interpolation
 * (corners not aligned, no antialiasing), in float.
 */
public final class CoverAndCrop {
  private CoverAndCrop() {}

  /**
   * Resizes and crops; returns the same image if it has the size already. Uses all cores; blocks
   * until done.
   *
   * @param planes any range of values
   * @param size requested
   */
  public static PlanarFloatImage resize(PlanarFloatImage planes, ImageSize size) {
    Optional<Sampling> sampling = sampling(new ImageSize(planes.height(), planes.width()), size);
    if (sampling.isEmpty()) {
      return planes;
    }
    float[] values = new float[PlanarFloatImage.CHANNELS * size.height() * size.width()];
    ParallelRows.forEach(
        PlanarFloatImage.CHANNELS * size.height(),
        values.length,
        row -> interpolate(planes, sampling.get(), row, values));
    return new PlanarFloatImage(size.height(), size.width(), values);
  }

  /**
   * Where the samples of the result come from; empty if the image has the size already.
   *
   * @param from size of the image
   * @param to requested
   */
  public static Optional<Sampling> sampling(ImageSize from, ImageSize to) {
    if (from.equals(to)) {
      return Optional.empty();
    }
    double ratio =
        Math.max((double) to.height() / from.height(), (double) to.width() / from.width());
    return Optional.of(
        new Sampling(
            Axis.of(from.height(), scaledSide(from.height(), ratio, to.height()), to.height()),
            Axis.of(from.width(), scaledSide(from.width(), ratio, to.width()), to.width())));
  }

  /**
   * A side after scaling, truncated as in the reference. Where truncation loses the last pixel of a
   * side that fits exactly, that pixel is kept; the reference then crops at -1 and loses the image.
   */
  private static int scaledSide(int side, double ratio, int target) {
    return Math.max((int) (side * ratio), target);
  }

  private static void interpolate(
      PlanarFloatImage planes, Sampling sampling, int row, float[] values) {
    Axis rows = sampling.rows();
    Axis columns = sampling.columns();
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
   * The source of each row and column.
   *
   * @param rows of the result
   * @param columns of the result
   */
  public record Sampling(Axis rows, Axis columns) {}

  /**
   * The source of each output sample along one axis.
   *
   * @param low index of the first source sample
   * @param high index of the second
   * @param weight of {@code high}, 0 to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  public record Axis(int[] low, int[] high, float[] weight) {
    static Axis of(int source, int scaled, int target) {
      int start = (scaled - target) / 2;
      float stride = (float) source / scaled;
      Axis axis = new Axis(new int[target], new int[target], new float[target]);
      for (int i = 0; i < target; i++) {
        // A fused multiply-add as in torch; rounding twice would move far columns by 1e-6 pixels.
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
