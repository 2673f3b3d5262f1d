package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/** Lines as an image: white on black. */
final class LineImage {
  private static final int CHANNELS = 3;

  private LineImage() {}

  /** White where a pixel of {@code width * height} is part of a line. */
  static RgbImage of(int width, int height, boolean[] lines) {
    byte[] samples = new byte[CHANNELS * lines.length];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = lines[i / CHANNELS] ? (byte) 0xff : 0;
    }
    return new RgbImage(width, height, samples);
  }
}
