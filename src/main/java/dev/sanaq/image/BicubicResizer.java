package dev.sanaq.image;

/**
 * Bicubic resizing equal to Pillow's, which CLIP's preprocessing uses: a cubic kernel with a =
 * -1/2, widened for downscaling, first along rows, then along columns, rounded to 8 bits after
 * each.
 */
public final class BicubicResizer {
  private static final double SUPPORT = 2;

  private BicubicResizer() {}

  /** Resizes the image without keeping its aspect ratio. */
  public static RgbImage resize(RgbImage image, ImageSize size) {
    byte[] across = new byte[3 * size.width() * image.height()];
    Taps columns = Taps.of(image.width(), size.width());
    for (int y = 0; y < image.height(); y++) {
      resizeLine(image.samples(), 3 * y * image.width(), 3, columns, across, 3 * y * size.width());
    }
    byte[] down = new byte[3 * size.width() * size.height()];
    Taps rows = Taps.of(image.height(), size.height());
    for (int x = 0; x < size.width(); x++) {
      resizeLine(across, 3 * x, 3 * size.width(), rows, down, 3 * x);
    }
    return new RgbImage(size.width(), size.height(), down);
  }

  /** Resizes one row or column, whose pixels are {@code stride} bytes apart. */
  private static void resizeLine(
      byte[] from, int start, int stride, Taps taps, byte[] to, int target) {
    for (int i = 0; i < taps.firstSource().length; i++) {
      for (int channel = 0; channel < 3; channel++) {
        double sum = 0;
        int at = start + taps.firstSource()[i] * stride + channel;
        for (double weight : taps.weights()[i]) {
          sum += weight * (from[at] & 0xff);
          at += stride;
        }
        to[target + i * stride + channel] = (byte) Math.min(Math.max((int) (sum + 0.5), 0), 255);
      }
    }
  }

  /**
   * The sources of each output sample.
   *
   * @param firstSource index of the first source sample
   * @param weights of the source samples from there on; they sum to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  private record Taps(int[] firstSource, double[][] weights) {
    static Taps of(int source, int wanted) {
      Taps taps = new Taps(new int[wanted], new double[wanted][]);
      double scale = (double) source / wanted;
      double wide = Math.max(scale, 1);
      for (int i = 0; i < wanted; i++) {
        double center = (i + 0.5) * scale;
        int low = Math.max((int) (center - SUPPORT * wide + 0.5), 0);
        int high = Math.min((int) (center + SUPPORT * wide + 0.5), source);
        taps.firstSource[i] = low;
        taps.weights[i] = new double[high - low];
        double sum = 0;
        for (int k = low; k < high; k++) {
          taps.weights[i][k - low] = cubic((k - center + 0.5) / wide);
          sum += taps.weights[i][k - low];
        }
        for (int k = 0; k < high - low; k++) {
          taps.weights[i][k] /= sum;
        }
      }
      return taps;
    }

    private static double cubic(double distance) {
      double x = Math.abs(distance);
      if (x < 1) {
        return (1.5 * x - 2.5) * x * x + 1;
      }
      return x < SUPPORT ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    }
  }
}
