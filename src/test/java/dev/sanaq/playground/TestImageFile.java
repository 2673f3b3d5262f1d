package dev.sanaq.playground;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.image.TestImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import javax.imageio.ImageIO;

/** A picture for the page: noise, so that no two of its parts are alike. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record TestImageFile(byte[] png) {
  static TestImageFile noise(int width, int height) {
    Random random = new Random(width);
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, random.nextInt());
      }
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new TestImageFile(png.toByteArray());
  }

  /** The same picture in a file of this many bytes: a decoder ignores what follows the end. */
  TestImageFile padded(int bytes) {
    return new TestImageFile(Arrays.copyOf(png, bytes));
  }

  RgbImage pixels() {
    try {
      return TestImages.read(new ByteArrayInputStream(png));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String base64() {
    return Base64.getEncoder().encodeToString(png);
  }

  /** Writes the file and returns its absolute path, as a file field takes it. */
  String write(Path folder, String name) {
    try {
      return Files.write(folder.resolve(name), png).toAbsolutePath().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
