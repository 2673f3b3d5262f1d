package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;

/**
 * Thins the strokes of a drawing to lines of one pixel (Zhang and Suen, Communications of the ACM
 * 27(3), 1984). Dark strokes on light paper and light strokes on dark paper give the same lines:
 * strokes are what fewer pixels are.
 */
public record ScribbleThinning() implements ControlPreprocessor {
  /** The name of the preprocessor. */
  public static final String NAME = "scribble";

  private static final int CHANNELS = 3;
  private static final int THRESHOLD = 128;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public RgbImage process(RgbImage image) {
    boolean[] strokes = strokes(image);
    new ZhangSuenThinning(image.width(), image.height(), strokes).run();
    return LineImage.of(image.width(), image.height(), strokes);
  }

  private static boolean[] strokes(RgbImage image) {
    boolean[] light = new boolean[image.width() * image.height()];
    int count = 0;
    for (int i = 0; i < light.length; i++) {
      light[i] = brightness(image.samples(), CHANNELS * i) >= THRESHOLD;
      count += light[i] ? 1 : 0;
    }
    if (2L * count > light.length) {
      for (int i = 0; i < light.length; i++) {
        light[i] = !light[i];
      }
    }
    return light;
  }

  /** ITU-R 601 luma, as Pillow's mode L. */
  private static int brightness(byte[] samples, int at) {
    int red = samples[at] & 0xff;
    int green = samples[at + 1] & 0xff;
    int blue = samples[at + 2] & 0xff;
    return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
  }
}
