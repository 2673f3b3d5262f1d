package dev.sanaq.image.encode;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Random;
import javax.imageio.ImageIO;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PngEncoderTest {
  @Property(tries = 100)
  void encode_anyImage_imageIoDecodesSamePixels(
      @ForAll @IntRange(min = 1, max = 40) int width,
      @ForAll @IntRange(min = 1, max = 40) int height,
      @ForAll Texture texture,
      @ForAll long seed)
      throws IOException {
    RgbImage image = texture.render(width, height, new Random(seed));
    assertThat(decode(PngEncoder.encode(image))).isEqualTo(image.samples());
  }

  /** Enough rows for filtering on several threads. */
  @Test
  void encode_largeImage_roundTripsDeterministically() throws IOException {
    RgbImage image = Texture.SMOOTH.render(700, 600, new Random(1));
    byte[] png = PngEncoder.encode(image);
    assertThat(decode(png)).isEqualTo(image.samples());
    assertThat(PngEncoder.encode(image)).isEqualTo(png);
  }

  @Test
  void encode_smoothImage_compressesTenfold() {
    RgbImage image = Texture.SMOOTH.render(256, 256, new Random(1));
    assertThat(PngEncoder.encode(image)).hasSizeLessThan(image.samples().length / 10);
  }

  private static byte[] decode(byte[] png) throws IOException {
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    byte[] samples = new byte[image.getWidth() * image.getHeight() * 3];
    for (int i = 0; i < samples.length / 3; i++) {
      int rgb = image.getRGB(i % image.getWidth(), i / image.getWidth());
      samples[i * 3] = (byte) (rgb >> 16);
      samples[i * 3 + 1] = (byte) (rgb >> 8);
      samples[i * 3 + 2] = (byte) rgb;
    }
    return samples;
  }

  /** Images for which the encoder chooses different filters. */
  enum Texture {
    NOISE {
      @Override
      int sample(int x, int y, int channel, Random random) {
        return random.nextInt(256);
      }
    },
    SMOOTH {
      @Override
      int sample(int x, int y, int channel, Random random) {
        return (x * 2 + y * 3 + channel * 40) / 4;
      }
    },
    STRIPES {
      @Override
      int sample(int x, int y, int channel, Random random) {
        return (x % 3) * 90 + channel;
      }
    };

    abstract int sample(int x, int y, int channel, Random random);

    RgbImage render(int width, int height, Random random) {
      byte[] samples = new byte[width * height * 3];
      for (int i = 0; i < samples.length; i++) {
        int pixel = i / 3;
        samples[i] = (byte) sample(pixel % width, pixel / width, i % 3, random);
      }
      return new RgbImage(width, height, samples);
    }
  }
}
