package dev.sanaq.testing.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Reads and compares images independently of the program's code. */
public final class TestImages {
  private TestImages() {}

  /** Reads an image file. */
  public static RgbImage read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads an image. */
  public static RgbImage read(InputStream in) throws IOException {
    BufferedImage image = ImageIO.read(in);
    byte[] samples = new byte[3 * image.getWidth() * image.getHeight()];
    int i = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        samples[i++] = (byte) (rgb >> 16);
        samples[i++] = (byte) (rgb >> 8);
        samples[i++] = (byte) rgb;
      }
    }
    return new RgbImage(image.getWidth(), image.getHeight(), samples);
  }

  /** Returns the mean absolute difference of the samples, in levels of 0 to 255. */
  public static double meanDifference(RgbImage a, RgbImage b) {
    assertThat(a.samples()).hasSameSizeAs(b.samples());
    double sum = 0;
    for (int i = 0; i < a.samples().length; i++) {
      sum += Math.abs((a.samples()[i] & 255) - (b.samples()[i] & 255));
    }
    return sum / a.samples().length;
  }

  /** Asserts that samples differ by at most one level, and that at most a share of them differs. */
  public static void assertWithinOneLevel(RgbImage actual, RgbImage expected, double share) {
    assertThat(actual.width()).isEqualTo(expected.width());
    assertThat(actual.height()).isEqualTo(expected.height());
    int differing = 0;
    int worst = 0;
    for (int i = 0; i < expected.samples().length; i++) {
      int difference = Math.abs((actual.samples()[i] & 255) - (expected.samples()[i] & 255));
      differing += difference > 0 ? 1 : 0;
      worst = Math.max(worst, difference);
    }
    assertThat(worst).as("largest difference in levels").isLessThanOrEqualTo(1);
    assertThat((double) differing / expected.samples().length)
        .as("share of differing samples")
        .isLessThanOrEqualTo(share);
  }
}
