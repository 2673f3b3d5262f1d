package dev.sanaq.train.data;

import dev.sanaq.image.Size;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes that pictures are trained in, about one number of pixels in several aspects (paper,
 * section 4): each picture goes into the nearest, so that little of it is cropped.
 */
public final class Buckets {
  /** The widest picture is so many times as wide as high. */
  private static final double LARGEST_RATIO = 4;

  private final List<Size> sizes;

  private Buckets(List<Size> sizes) {
    this.sizes = List.copyOf(sizes);
  }

  /** One bucket: everything becomes a square. */
  public static Buckets square(int side) {
    return new Buckets(List.of(new Size(side, side)));
  }

  /**
   * Every size from 1:4 to 4:1 of about {@code side} squared pixels, its sides multiples of a
   * number.
   *
   * @param side of the square, a multiple of {@code multiple}
   * @param multiple what both sides must be divisible by: the autoencoder's compression, or twice
   *     that and more for fewer buckets
   */
  public static Buckets of(int side, int multiple) {
    if (side < multiple || multiple < 1 || side % multiple != 0) {
      throw new IllegalArgumentException(
          "pictures of %d pixels cannot be cut into steps of %d".formatted(side, multiple));
    }
    List<Size> sizes = new ArrayList<>();
    for (int width = multiple; width <= side * LARGEST_RATIO; width += multiple) {
      double height = (double) side * side / width;
      int rounded = Math.max((int) Math.round(height / multiple), 1) * multiple;
      double ratio = (double) width / rounded;
      if (ratio >= 1 / LARGEST_RATIO && ratio <= LARGEST_RATIO) {
        sizes.add(new Size(rounded, width));
      }
    }
    return new Buckets(sizes);
  }

  /** All of them, the narrowest first. */
  public List<Size> sizes() {
    return sizes;
  }

  /**
   * The one of the nearest aspect; twice as wide is as far as half as wide.
   *
   * @param width pixels, at least 1
   * @param height pixels, at least 1
   */
  public Size nearest(int width, int height) {
    double wanted = Math.log((double) width / height);
    Size nearest = sizes.get(0);
    for (Size size : sizes) {
      if (distance(size, wanted) < distance(nearest, wanted)) {
        nearest = size;
      }
    }
    return nearest;
  }

  private static double distance(Size size, double wanted) {
    return Math.abs(Math.log((double) size.width() / size.height()) - wanted);
  }
}
