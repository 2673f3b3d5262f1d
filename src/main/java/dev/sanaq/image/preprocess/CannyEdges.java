package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/**
 * Canny's edge detector (IEEE PAMI 8(6), 1986): Gaussian filter, gradients by Sobel's operator,
 * non-maximum suppression, hysteresis. Without the filter (sigma 0) the result is that of OpenCV's
 * {@code Canny(image, low, high)} of a colour image, with which published ControlNets were trained:
 * of each pixel the channel with the strongest gradient counts, and the gradient's strength is
 * {@code |dx| + |dy|}.
 *
 * @param lowThreshold an edge continues above this gradient
 * @param highThreshold an edge has at least one pixel above this gradient
 * @param sigma standard deviation of the Gaussian filter in pixels, 0 to {@value #MAX_SIGMA}; 0 for
 *     no filter
 */
public record CannyEdges(double lowThreshold, double highThreshold, double sigma)
    implements ControlPreprocessor {
  /** The name of the preprocessor. */
  public static final String NAME = "canny";

  /** The largest threshold: the largest gradient of 8-bit samples. */
  public static final double MAX_THRESHOLD = 2040;

  /** The largest standard deviation of the filter. */
  public static final double MAX_SIGMA = 10;

  /** The thresholds of diffusers' examples and of controlnet_aux's {@code CannyDetector}. */
  public static final CannyEdges DEFAULT = new CannyEdges(100, 200, 0);

  public CannyEdges {
    if (!(lowThreshold >= 0 && lowThreshold <= highThreshold && highThreshold <= MAX_THRESHOLD)) {
      throw new IllegalArgumentException(
          "thresholds %s and %s: must be numbers with 0 <= low <= high <= %s"
              .formatted(lowThreshold, highThreshold, MAX_THRESHOLD));
    }
    if (!(sigma >= 0 && sigma <= MAX_SIGMA)) {
      throw new IllegalArgumentException("sigma %s: must be 0 to %s".formatted(sigma, MAX_SIGMA));
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RgbImage process(RgbImage image) {
    RgbImage smooth = sigma > 0 ? GaussianFilter.apply(image, sigma) : image;
    SobelGradients gradients = SobelGradients.of(smooth);
    return LineImage.of(image.width(), image.height(), hysteresis(gradients));
  }

  /** Pixels above the high threshold, and those above the low one that are connected to them. */
  private boolean[] hysteresis(SobelGradients gradients) {
    int width = gradients.width();
    int height = gradients.height();
    int low = (int) Math.floor(lowThreshold);
    int high = (int) Math.floor(highThreshold);
    boolean[] candidates = gradients.maxima(low);
    boolean[] edges = new boolean[candidates.length];
    int[] stack = new int[candidates.length];
    int count = 0;
    for (int i = 0; i < candidates.length; i++) {
      if (candidates[i] && gradients.magnitude()[i] > high) {
        edges[i] = true;
        stack[count++] = i;
      }
    }
    while (count > 0) {
      int at = stack[--count];
      int x = at % width;
      int y = at / width;
      for (int ny = Math.max(y - 1, 0); ny <= Math.min(y + 1, height - 1); ny++) {
        for (int nx = Math.max(x - 1, 0); nx <= Math.min(x + 1, width - 1); nx++) {
          int next = ny * width + nx;
          if (candidates[next] && !edges[next]) {
            edges[next] = true;
            stack[count++] = next;
          }
        }
      }
    }
    return edges;
  }
}
