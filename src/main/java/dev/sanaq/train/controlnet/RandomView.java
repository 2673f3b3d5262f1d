package dev.sanaq.train.controlnet;

import dev.sanaq.image.ImageSize;
import dev.sanaq.image.PremultipliedImage;
import dev.sanaq.train.data.StepRng;
import java.util.function.Function;
import java.util.random.RandomGenerator;

/**
 * A view of a training image: shrunk, moved, and flipped. What is beside the image is transparent.
 *
 * @param scale of both sides, above 0 to 1
 * @param right position between the left end (0) and the right end (1) of the free room
 * @param down position between the top (0) and the bottom (1)
 * @param flipped whether left and right change places
 */
record RandomView(double scale, double right, double down, boolean flipped) {
  private static final int CHANNELS = 4;

  /** The image as it is. */
  static final RandomView WHOLE = new RandomView(1, 0, 0, false);

  /**
   * A view that depends only on the seed and the numbers; number 0 is {@link #WHOLE}.
   *
   * @param number of the view of a row
   * @param minScale the smallest scale
   */
  static RandomView of(long seed, int row, int number, double minScale) {
    if (number == 0) {
      return WHOLE;
    }
    RandomGenerator random = StepRng.of(seed, row, number);
    double scale = minScale + (1 - minScale) * random.nextDouble();
    return new RandomView(scale, random.nextDouble(), random.nextDouble(), random.nextBoolean());
  }

  /**
   * The view.
   *
   * @param resized the image in a size
   */
  PremultipliedImage of(ImageSize size, Function<ImageSize, PremultipliedImage> resized) {
    int height = (int) Math.max(Math.round(scale * size.height()), 1);
    int width = (int) Math.max(Math.round(scale * size.width()), 1);
    float[] from = resized.apply(new ImageSize(height, width)).samples();
    int top = (int) Math.round(down * (size.height() - height));
    int left = (int) Math.round(right * (size.width() - width));
    float[] to = new float[CHANNELS * size.height() * size.width()];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = left + (flipped ? width - 1 - x : x);
        System.arraycopy(
            from,
            CHANNELS * (y * width + x),
            to,
            CHANNELS * ((top + y) * size.width() + column),
            CHANNELS);
      }
    }
    return new PremultipliedImage(size, to);
  }
}
