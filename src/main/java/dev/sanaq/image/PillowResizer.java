package dev.sanaq.image;

import java.util.function.DoubleUnaryOperator;

/**
 * Resizing equal to Pillow's ({@code Resample.c}, 8 bits a channel): the filter widened for
 * downscaling, first along rows, then along columns, in fixed-point arithmetic with a rounding to 8
 * bits after each.
 */
public final class PillowResizer {
  /** Fractional bits of a weight. */
  private static final int PRECISION_BITS = 32 - 8 - 2;

  /** The filters. */
  @SuppressWarnings("ImmutableEnumChecker") // the kernels are pure functions
  public enum Filter {
    /** A cubic kernel with a = -1/2: CLIP's preprocessing. */
    BICUBIC(2, PillowResizer::cubic),
    /** A windowed sinc: the preprocessing of source images and masks in diffusers. */
    LANCZOS(3, PillowResizer::lanczos);

    private final double support;
    private final DoubleUnaryOperator kernel;

    Filter(double support, DoubleUnaryOperator kernel) {
      this.support = support;
      this.kernel = kernel;
    }
  }

  private PillowResizer() {}

  /** Resizes an image without keeping its aspect ratio; returns it if it has the size already. */
  public static RgbImage resize(RgbImage image, ImageSize size, Filter filter) {
    if (image.width() == size.width() && image.height() == size.height()) {
      return image;
    }
    ImageSize from = new ImageSize(image.height(), image.width());
    return new RgbImage(
        size.width(), size.height(), resize(image.samples(), 3, from, size, filter));
  }

  /** Resizes a mask without keeping its aspect ratio; returns it if it has the size already. */
  public static MaskImage resize(MaskImage mask, ImageSize size, Filter filter) {
    if (mask.width() == size.width() && mask.height() == size.height()) {
      return mask;
    }
    ImageSize from = new ImageSize(mask.height(), mask.width());
    return new MaskImage(
        size.width(), size.height(), resize(mask.samples(), 1, from, size, filter));
  }

  private static byte[] resize(
      byte[] samples, int channels, ImageSize from, ImageSize to, Filter filter) {
    byte[] across = samples;
    if (from.width() != to.width()) {
      across = new byte[channels * to.width() * from.height()];
      Taps columns = Taps.of(from.width(), to.width(), filter);
      for (int y = 0; y < from.height(); y++) {
        int start = channels * y * from.width();
        int target = channels * y * to.width();
        resizeLine(samples, start, channels, channels, columns, across, target);
      }
    }
    if (from.height() == to.height()) {
      return across;
    }
    byte[] down = new byte[channels * to.width() * to.height()];
    Taps rows = Taps.of(from.height(), to.height(), filter);
    for (int x = 0; x < to.width(); x++) {
      int stride = channels * to.width();
      resizeLine(across, channels * x, stride, channels, rows, down, channels * x);
    }
    return down;
  }

  /** Resizes one row or column, whose pixels are {@code stride} bytes apart. */
  private static void resizeLine(
      byte[] from, int start, int stride, int channels, Taps taps, byte[] to, int target) {
    for (int i = 0; i < taps.firstSource().length; i++) {
      for (int channel = 0; channel < channels; channel++) {
        int sum = 1 << (PRECISION_BITS - 1);
        int at = start + taps.firstSource()[i] * stride + channel;
        for (int weight : taps.weights()[i]) {
          sum += weight * (from[at] & 0xff);
          at += stride;
        }
        int value = Math.min(Math.max(sum >> PRECISION_BITS, 0), 255);
        to[target + i * stride + channel] = (byte) value;
      }
    }
  }

  /**
   * The sources of each output sample.
   *
   * @param firstSource index of the first source sample
   * @param weights of the source samples from there on, as fixed-point numbers; they sum to 1
   */
  @SuppressWarnings("ArrayRecordComponent") // compared nowhere
  private record Taps(int[] firstSource, int[][] weights) {
    static Taps of(int source, int wanted, Filter filter) {
      Taps taps = new Taps(new int[wanted], new int[wanted][]);
      double scale = (double) source / wanted;
      double wide = Math.max(scale, 1);
      for (int i = 0; i < wanted; i++) {
        double center = (i + 0.5) * scale;
        int low = Math.max((int) (center - filter.support * wide + 0.5), 0);
        int high = Math.min((int) (center + filter.support * wide + 0.5), source);
        double[] exact = new double[high - low];
        double sum = 0;
        for (int k = low; k < high; k++) {
          exact[k - low] = filter.kernel.applyAsDouble((k - center + 0.5) / wide);
          sum += exact[k - low];
        }
        taps.firstSource[i] = low;
        taps.weights[i] = new int[high - low];
        for (int k = 0; k < high - low; k++) {
          taps.weights[i][k] = fixedPoint(exact[k] / sum);
        }
      }
      return taps;
    }

    private static int fixedPoint(double weight) {
      return (int) (weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }
  }

  private static double cubic(double distance) {
    double x = Math.abs(distance);
    if (x < 1) {
      return (1.5 * x - 2.5) * x * x + 1;
    }
    return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
  }

  private static double lanczos(double distance) {
    return distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0;
  }

  private static double sinc(double x) {
    return x == 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
  }
}
