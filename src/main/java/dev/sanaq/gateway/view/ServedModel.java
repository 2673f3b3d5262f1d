package dev.sanaq.gateway.view;

/**
 * A model that workers serve, with what a request without these fields gets.
 *
 * @param name the value of a request's {@code model}
 * @param width pixels
 * @param height pixels
 * @param steps denoising steps
 */
public record ServedModel(String name, int width, int height, int steps) {
  private static final double PIXELS_PER_MEGAPIXEL = 1e6;

  /** Megapixels of the default size. */
  public double megapixels() {
    return megapixels(width, height);
  }

  static double megapixels(int width, int height) {
    return (double) width * height / PIXELS_PER_MEGAPIXEL;
  }
}
