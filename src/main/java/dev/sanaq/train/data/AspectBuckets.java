package dev.sanaq.train.data;

import dev.sanaq.image.ImageSize;
import java.util.ArrayList;
import java.util.List;

/**
 * Aspect-ratio buckets: training sizes with about the same number of pixels (paper, section 4).
 * Each image goes into the nearest bucket, so little of it is cropped.
 */
public final class AspectBuckets {
  /** Maximum ratio of the longer to the shorter side. */
  private static final double MAX_ASPECT_RATIO = 4;

  private final List<ImageSize> sizes;

  private AspectBuckets(List<ImageSize> sizes) {
    this.sizes = List.copyOf(sizes);
  }

  /** A single square bucket. */
  public static AspectBuckets square(int side) {
    return new AspectBuckets(List.of(new ImageSize(side, side)));
  }

  /**
   * All sizes from 1:4 to 4:1 of about {@code side} squared pixels.
   *
   * @param side side of the square size, a multiple of {@code multiple}
   * @param multiple both sides are multiples of it: the autoencoder's compression, or more for
   *     fewer buckets
   */
  public static AspectBuckets of(int side, int multiple) {
    if (side < multiple || multiple < 1 || side % multiple != 0) {
      throw new IllegalArgumentException(
          "the image size %s is not a multiple of %s".formatted(side, multiple));
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

  /** All sizes, the narrowest first. */
  public List<ImageSize> sizes() {
    return sizes;
  }

  /**
   * The size with the nearest aspect ratio, by the logarithm of the ratio.
   *
   * @param width pixels, at least 1
   * @param height pixels, at least 1
   */
  public ImageSize nearest(int width, int height) {
    double logRatio = Math.log((double) width / height);
    ImageSize nearest = sizes.get(0);
    for (ImageSize size : sizes) {
      if (logRatioDistance(size, logRatio) < logRatioDistance(nearest, logRatio)) {
        nearest = size;
      }
    }
    return nearest;
  }

  private static double logRatioDistance(ImageSize size, double logRatio) {
    return Math.abs(Math.log((double) size.width() / size.height()) - logRatio);
  }
}
