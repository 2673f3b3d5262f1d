package dev.sanaq.train.data;

import dev.sanaq.image.ImageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * The sizes that images are trained in, about one number of pixels in several aspects (paper,
 * section 4): each image goes into the nearest, so that little of it is cropped.
 */
public final class AspectBuckets {
  /** The widest image is so many times as wide as high. */
  private static final double MAX_ASPECT_RATIO = 4;

  private final List<ImageSize> sizes;

  private AspectBuckets(List<ImageSize> sizes) {
    this.sizes = List.copyOf(sizes);
  }

  /** One bucket: everything becomes a square. */
  public static AspectBuckets square(int side) {
    return new AspectBuckets(List.of(new ImageSize(side, side)));
  }

  /**
   * Every size from 1:4 to 4:1 of about {@code side} squared pixels, its sides multiples of a
   * number.
   *
   * @param side of the square, a multiple of {@code multiple}
   * @param multiple what both sides must be divisible by: the autoencoder's compression, or twice
   *     that and more for fewer buckets
   */
  public static AspectBuckets of(int side, int multiple) {
    if (side < multiple || multiple < 1 || side % multiple != 0) {
      throw new IllegalArgumentException(
          "images of %d pixels cannot be cut into steps of %d".formatted(side, multiple));
    }
    List<ImageSize> sizes = new ArrayList<>();
    for (int width = multiple; width <= side * MAX_ASPECT_RATIO; width += multiple) {
      double height = (double) side * side / width;
      int rounded = Math.max((int) Math.round(height / multiple), 1) * multiple;
      double ratio = (double) width / rounded;
      if (ratio >= 1 / MAX_ASPECT_RATIO && ratio <= MAX_ASPECT_RATIO) {
        sizes.add(new ImageSize(rounded, width));
      }
    }
    return new AspectBuckets(sizes);
  }

  /** All of them, the narrowest first. */
  public List<ImageSize> sizes() {
    return sizes;
  }

  /**
   * The one of the nearest aspect; twice as wide is as far as half as wide.
   *
   * @param width pixels, at least 1
   * @param height pixels, at least 1
   */
  public ImageSize nearest(int width, int height) {
    double wanted = Math.log((double) width / height);
    ImageSize nearest = sizes.get(0);
    for (ImageSize size : sizes) {
      if (logRatioDistance(size, wanted) < logRatioDistance(nearest, wanted)) {
        nearest = size;
      }
    }
    return nearest;
  }

  private static double logRatioDistance(ImageSize size, double wanted) {
    return Math.abs(Math.log((double) size.width() / size.height()) - wanted);
  }
}
