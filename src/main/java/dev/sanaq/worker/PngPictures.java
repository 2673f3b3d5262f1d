package dev.sanaq.worker;

import dev.sanaq.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** Pictures as PNG. REPLACED ON MERGE by dev.sanaq.image.PngEncoder. */
final class PngPictures {
  private PngPictures() {}

  static byte[] encode(RgbImage image) {
    BufferedImage buffer =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_INT_RGB);
    byte[] samples = image.samples();
    for (int i = 0; i < image.width() * image.height(); i++) {
      int rgb =
          (samples[3 * i] & 255) << 16
              | (samples[3 * i + 1] & 255) << 8
              | (samples[3 * i + 2] & 255);
      buffer.setRGB(i % image.width(), i / image.width(), rgb);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(buffer, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException("PNG into memory", e);
    }
    return out.toByteArray();
  }
}
