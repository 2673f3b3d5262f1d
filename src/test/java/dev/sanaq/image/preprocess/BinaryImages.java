package dev.sanaq.image.preprocess;

import dev.sanaq.image.RgbImage;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Images as text: {@code #} is white, a dot black. */
final class BinaryImages {
  private BinaryImages() {}

  /** An image of lines of equal length. */
  static RgbImage of(String... lines) {
    int width = lines[0].length();
    byte[] samples = new byte[3 * width * lines.length];
    for (int i = 0; i < samples.length; i++) {
      int pixel = i / 3;
      samples[i] = lines[pixel / width].charAt(pixel % width) == '#' ? (byte) 0xff : 0;
    }
    return new RgbImage(width, lines.length, samples);
  }

  /** The lines of an image of black and white pixels. */
  static String[] lines(RgbImage image) {
    return IntStream.range(0, image.height())
        .mapToObj(
            y ->
                IntStream.range(0, image.width())
                    .mapToObj(x -> symbol(image, y * image.width() + x))
                    .collect(Collectors.joining()))
        .toArray(String[]::new);
  }

  private static String symbol(RgbImage image, int pixel) {
    byte[] colour = Arrays.copyOfRange(image.samples(), 3 * pixel, 3 * pixel + 3);
    if (Arrays.equals(colour, new byte[3])) {
      return ".";
    }
    return Arrays.equals(colour, new byte[] {-1, -1, -1}) ? "#" : "?";
  }
}
