package dev.sanaq.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.image.RgbaImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureReaderTest {
  @TempDir private Path folder = Path.of("");

  /** Written by Pillow, without loss: red 30x, green 40y, blue 15(x + y), alpha 255 - 20x. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp"})
  void everySampleIsReadWithItsTransparency(String name) throws Exception {
    RgbaImage image = PictureReader.read(file(name));
    assertThat(image.width()).isEqualTo(8);
    assertThat(image.height()).isEqualTo(6);
    for (int i = 0; i < 48; i++) {
      int x = i % 8;
      int y = i / 8;
      byte[] pixel = Arrays.copyOfRange(image.samples(), 4 * i, 4 * i + 4);
      assertThat(pixel).containsExactly(30 * x, 40 * y, 15 * (x + y), 255 - 20 * x);
    }
  }

  /** Each stored another way, with the Exif tag that says so; upright they are one picture. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aPictureIsTurnedAsItsCameraWasHeld(int orientation) throws Exception {
    RgbaImage turned = PictureReader.read(file("oriented-%d.png".formatted(orientation)));
    RgbaImage upright = PictureReader.read(file("gradient.png"));
    assertThat(turned.width()).isEqualTo(upright.width());
    assertThat(turned.samples()).isEqualTo(upright.samples());
  }

  @ParameterizedTest
  @ValueSource(strings = {"oriented-6.jpg", "oriented-6.webp"})
  void everyFormatIsTurned(String name) throws Exception {
    RgbaImage image = PictureReader.read(file(name));
    assertThat(image.width()).isEqualTo(32);
    near(image.samples(), 4 * (8 * 32 + 4), new int[] {200, 0, 0});
    near(image.samples(), 4 * (8 * 32 + 28), new int[] {0, 0, 200});
  }

  @Test
  void greyIsAsBrightAsTheFileSays() throws Exception {
    RgbaImage png = PictureReader.read(file("grey.png"));
    assertThat(Arrays.copyOfRange(png.samples(), 4 * 5, 4 * 5 + 4))
        .containsExactly(150, 150, 150, 255);
    RgbaImage jpeg = PictureReader.read(file("grey.jpg"));
    assertThat(jpeg.samples()[0] & 0xff).isEqualTo(128);
  }

  @Test
  void lossyPicturesAreReadAsByOthers() throws Exception {
    RgbaImage jpeg = PictureReader.read(file("colour.jpg"));
    assertThat(jpeg.width()).isEqualTo(64);
    near(jpeg.samples(), 0, JPEG_FIRST);
    RgbaImage webp = PictureReader.read(file("lossy.webp"));
    near(webp.samples(), 4 * (10 * 64 + 10), WEBP_AT_10_10);
  }

  private static final int[] JPEG_FIRST = {33, 237, 140};
  private static final int[] WEBP_AT_10_10 = {25, 30, 24};

  /** Half a JPEG is grey below for most programs, which only warn. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp", "colour.jpg", "lossy.webp"})
  void aFileThatIsCutIsNamed(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    Path cut = folder.resolve(name);
    for (int length : new int[] {1, 13, bytes.length / 2, bytes.length * 3 / 4}) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> PictureReader.read(cut))
          .as("%d of %d bytes", length, bytes.length)
          .isInstanceOf(UnreadablePictureException.class)
          .hasMessageStartingWith(cut + ": ");
    }
  }

  /** Bytes changed by chance give a picture or are named; nothing else comes out. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp", "colour.jpg", "lossy.webp", "grey.jpg"})
  void damageIsNamedOrGoesUnseen(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    Random random = new Random(3);
    int named = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = bytes.clone();
      for (int k = 0; k <= random.nextInt(4); k++) {
        damaged[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("damaged"), damaged);
      try {
        assertThat(PictureReader.read(file).samples()).isNotEmpty();
      } catch (UnreadablePictureException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
        named++;
      }
    }
    assertThat(named).isPositive();
  }

  @Test
  void whatIsMissingOrNoPictureIsNamed() throws IOException {
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> PictureReader.read(missing))
        .hasMessage(missing + ": there is no such file");
    Path text = Files.writeString(folder.resolve("text.png"), "no picture at all");
    assertThatThrownBy(() -> PictureReader.read(text))
        .hasMessage(text + ": is neither PNG nor JPEG nor WebP");
    assertThatThrownBy(() -> PictureReader.read(folder))
        .isInstanceOf(UnreadablePictureException.class);
  }

  private static void near(byte[] samples, int at, int[] expected) {
    for (int channel = 0; channel < 3; channel++) {
      assertThat(samples[at + channel] & 0xff).isCloseTo(expected[channel], within(2));
    }
  }

  private static Path file(String name) {
    try {
      var url = PictureReaderTest.class.getResource(name);
      return Path.of(java.util.Objects.requireNonNull(url, name).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
