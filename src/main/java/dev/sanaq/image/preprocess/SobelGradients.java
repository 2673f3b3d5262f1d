package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/**
 * Gradients of an image by Sobel's 3x3 operator; of each pixel those of the channel with the
 * strongest one. Beyond the border the outermost pixels are repeated.
 *
 * @param dx from left to right
 * @param dy from top to bottom
 * @param magnitude {@code |dx| + |dy|}
 */
@SuppressWarnings("ArrayRecordComponent") // compared nowhere
record SobelGradients(int width, int height, short[] dx, short[] dy, int[] magnitude) {
  private static final int CHANNELS = 3;

  /** Fixed-point bits of {@link #TAN_22_5}. */
  private static final int SHIFT = 15;

  private static final long TAN_22_5 = 13573;

  static SobelGradients of(RgbImage image) {
    int width = image.width();
    int height = image.height();
    int pixels = width * height;
    SobelGradients gradients =
        new SobelGradients(width, height, new short[pixels], new short[pixels], new int[pixels]);
    byte[] s = image.samples();
    for (int y = 0; y < height; y++) {
      int up = Math.max(y - 1, 0) * width;
      int down = Math.min(y + 1, height - 1) * width;
      for (int x = 0; x < width; x++) {
        int left = Math.max(x - 1, 0);
        int right = Math.min(x + 1, width - 1);
        for (int c = 0; c < CHANNELS; c++) {
          int topLeft = at(s, up + left, c);
          int topRight = at(s, up + right, c);
          int bottomLeft = at(s, down + left, c);
          int bottomRight = at(s, down + right, c);
          int across = 2 * (at(s, y * width + right, c) - at(s, y * width + left, c));
          int along = 2 * (at(s, down + x, c) - at(s, up + x, c));
          gradients.keepStrongest(
              y * width + x,
              across + topRight - topLeft + bottomRight - bottomLeft,
              along + bottomLeft - topLeft + bottomRight - topRight);
        }
      }
    }
    return gradients;
  }

  private static int at(byte[] samples, int pixel, int channel) {
    return samples[CHANNELS * pixel + channel] & 0xff;
  }

  private void keepStrongest(int pixel, int x, int y) {
    int strength = Math.abs(x) + Math.abs(y);
    if (strength > magnitude[pixel]) {
      magnitude[pixel] = strength;
      dx[pixel] = (short) x;
      dy[pixel] = (short) y;
    }
  }

  /**
   * Non-maximum suppression: the pixels that are stronger than both neighbours in the direction of
   * the gradient, which is rounded to 45 degrees.
   *
   * @param low only pixels above it
   */
  boolean[] maxima(int low) {
    boolean[] maxima = new boolean[magnitude.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = y * width + x;
        maxima[pixel] = magnitude[pixel] > low && isMaximum(x, y);
      }
    }
    return maxima;
  }

  /** Of two equal neighbours along a row or column the first one counts, as in OpenCV. */
  private boolean isMaximum(int x, int y) {
    int pixel = y * width + x;
    int strength = magnitude[pixel];
    long horizontal = Math.abs(dx[pixel]);
    long vertical = (long) Math.abs(dy[pixel]) << SHIFT;
    long shallow = horizontal * TAN_22_5;
    long steep = shallow + (horizontal << (SHIFT + 1)); // tan 67.5 = tan 22.5 + 2
    if (vertical < shallow) {
      return strength > strengthAt(x - 1, y) && strength >= strengthAt(x + 1, y);
    }
    if (vertical > steep) {
      return strength > strengthAt(x, y - 1) && strength >= strengthAt(x, y + 1);
    }
    int side = (dx[pixel] ^ dy[pixel]) < 0 ? -1 : 1;
    return strength > strengthAt(x - side, y - 1) && strength > strengthAt(x + side, y + 1);
  }

  private int strengthAt(int x, int y) {
    return x < 0 || y < 0 || x >= width || y >= height ? 0 : magnitude[y * width + x];
  }
}
