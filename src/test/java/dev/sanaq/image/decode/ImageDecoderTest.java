package dev.sanaq.image.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.sanaq.image.RgbaImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  @TempDir private Path folder = Path.of("");

  /** Lossless files from Pillow: red 30x, green 40y, blue 15(x + y), alpha 255 - 20x. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp"})
  void losslessImage_decodesRgbaExactly(String name) throws Exception {
    RgbaImage image = ImageDecoder.read(file(name));
    assertThat(image.width()).isEqualTo(8);
    assertThat(image.height()).isEqualTo(6);
    for (int i = 0; i < 48; i++) {
      int x = i % 8;
      int y = i / 8;
      byte[] pixel = Arrays.copyOfRange(image.samples(), 4 * i, 4 * i + 4);
      assertThat(pixel).containsExactly(30 * x, 40 * y, 15 * (x + y), 255 - 20 * x);
    }
  }

  /** One image in every EXIF orientation. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void exifOrientation_isApplied(int orientation) throws Exception {
    RgbaImage turned = ImageDecoder.read(file("oriented-%s.png".formatted(orientation)));
    RgbaImage upright = ImageDecoder.read(file("gradient.png"));
    assertThat(turned.width()).isEqualTo(upright.width());
    assertThat(turned.samples()).isEqualTo(upright.samples());
  }

  @ParameterizedTest
  @ValueSource(strings = {"oriented-6.jpg", "oriented-6.webp"})
  void exifOrientation_isAppliedInEveryFormat(String name) throws Exception {
    RgbaImage image = ImageDecoder.read(file(name));
    assertThat(image.width()).isEqualTo(32);
    assertPixelNear(image.samples(), 4 * (8 * 32 + 4), new int[] {200, 0, 0});
    assertPixelNear(image.samples(), 4 * (8 * 32 + 28), new int[] {0, 0, 200});
  }

  @ParameterizedTest
  @CsvSource({
    "gradient.png, png, 8, 6",
    "gradient.webp, webp, 8, 6",
    "oriented-6.png, png, 8, 6",
    "oriented-6.jpg, jpeg, 32, 16",
    "oriented-6.webp, webp, 32, 16",
    "colour.jpg, jpeg, 64, 64"
  })
  void readHeader_hasFormatAndSizeAsDisplayed(String name, String format, int width, int height)
      throws Exception {
    RgbaImage image = ImageDecoder.read(file(name));
    ImageHeader header = ImageDecoder.readHeader("x", Files.readAllBytes(file(name)), 1 << 20);
    assertThat(header).isEqualTo(new ImageHeader(format, image.width(), image.height()));
    assertThat(header).isEqualTo(new ImageHeader(format, width, height));
  }

  @Test
  void readHeader_tooManyPixelsOrNoImage_isRefused() throws IOException {
    byte[] bytes = Files.readAllBytes(file("gradient.png"));
    assertThatThrownBy(() -> ImageDecoder.readHeader("x", bytes, 47))
        .hasMessage("x: 8 x 6 pixels are too many to read; at most 47");
    assertThatThrownBy(() -> ImageDecoder.readHeader("x", Arrays.copyOf(bytes, 20), 48))
        .hasMessage("x: damaged");
    assertThatThrownBy(() -> ImageDecoder.readHeader("x", new byte[3], 48))
        .hasMessage("x: is neither PNG nor JPEG nor WebP");
  }

  @Test
  void grayscale_keepsSampleValues() throws Exception {
    RgbaImage png = ImageDecoder.read(file("grey.png"));
    assertThat(Arrays.copyOfRange(png.samples(), 4 * 5, 4 * 5 + 4))
        .containsExactly(150, 150, 150, 255);
    RgbaImage jpeg = ImageDecoder.read(file("grey.jpg"));
    assertThat(jpeg.samples()[0] & 0xff).isEqualTo(128);
  }

  @Test
  void lossyImages_matchReferenceDecoder() throws Exception {
    RgbaImage jpeg = ImageDecoder.read(file("colour.jpg"));
    assertThat(jpeg.width()).isEqualTo(64);
    assertPixelNear(jpeg.samples(), 0, JPEG_FIRST);
    RgbaImage webp = ImageDecoder.read(file("lossy.webp"));
    assertPixelNear(webp.samples(), 4 * (10 * 64 + 10), WEBP_AT_10_10);
  }

  private static final int[] JPEG_FIRST = {33, 237, 140};
  private static final int[] WEBP_AT_10_10 = {25, 30, 24};

  /** Most decoders only warn about a truncated JPEG and fill the rest with grey. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp", "colour.jpg", "lossy.webp"})
  void truncatedFile_isReported(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name));
    Path cut = folder.resolve(name);
    for (int length : new int[] {1, 13, bytes.length / 2, bytes.length * 3 / 4}) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> ImageDecoder.read(cut))
          .as("%s of %s bytes", length, bytes.length)
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageStartingWith(cut + ": ");
    }
  }

  /** Randomly changed bytes give an image or an UnreadableImageException, nothing else. */
  @ParameterizedTest
  @ValueSource(strings = {"gradient.png", "gradient.webp", "colour.jpg", "lossy.webp", "grey.jpg"})
  void corruptBytes_decodeOrThrowUnreadable(String name) throws IOException {
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
        assertThat(ImageDecoder.read(file).samples()).isNotEmpty();
      } catch (UnreadableImageException e) {
        assertThat(e).hasMessageStartingWith(file + ": ");
        named++;
      }
    }
    assertThat(named).isPositive();
  }

  @Test
  void missingOrNonImageFile_isReported() throws IOException {
    Path missing = folder.resolve("missing.png");
    assertThatThrownBy(() -> ImageDecoder.read(missing))
        .hasMessage(missing + ": no such file or folder");
    Path text = Files.writeString(folder.resolve("text.png"), "no image at all");
    assertThatThrownBy(() -> ImageDecoder.read(text))
        .hasMessage(text + ": is neither PNG nor JPEG nor WebP");
    assertThatThrownBy(() -> ImageDecoder.read(folder))
        .isInstanceOf(UnreadableImageException.class);
  }

  /** From Pillow, except for the 16-bit file, which has the colours of gradient.png. */
  @Test
  void sixteenBitPng_decodesRounded() throws Exception {
    RgbaImage image = ImageDecoder.read(file("sixteen-bits.png"));
    RgbaImage upright = ImageDecoder.read(file("gradient.png"));
    for (int i = 0; i < 48; i++) {
      assertThat(Arrays.copyOfRange(image.samples(), 4 * i, 4 * i + 3))
          .isEqualTo(Arrays.copyOfRange(upright.samples(), 4 * i, 4 * i + 3));
    }
  }

  /** Colours of Pillow's conversion to RGB. */
  @Test
  void cmykJpeg_decodesColours() throws Exception {
    RgbaImage image = ImageDecoder.read(file("cmyk.jpg"));
    assertThat(image.width()).isEqualTo(61);
    assertPixelNear(image.samples(), 0, new int[] {0x83, 0x00, 0xa9});
    assertPixelNear(image.samples(), 4 * (3 * 61 + 7), new int[] {0xa7, 0xff, 0x8a});
    assertPixelNear(image.samples(), 4 * (9 * 61 + 21), new int[] {0xec, 0x0a, 0x6c});
  }

  @Test
  void animatedPng_decodesFirstFrame() throws Exception {
    assertThat(ImageDecoder.read(file("animated.png")).width()).isEqualTo(24);
  }

  @Test
  void animatedWebp_isReported() {
    assertThatThrownBy(() -> ImageDecoder.read(file("animated.webp")))
        .isInstanceOf(UnreadableImageException.class);
  }

  /** A header alone: nothing behind it is read, and no memory for the pixels is taken. */
  @Test
  void largeHeader_isRefusedBeforeDecoding() throws IOException {
    byte[] png = Files.readAllBytes(file("gradient.png"));
    ByteBuffer.wrap(png).putInt(16, 20_000).putInt(20, 20_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    ByteBuffer.wrap(png).putInt(29, (int) crc.getValue());
    assertTooLarge(png);
    byte[] jpeg = Files.readAllBytes(file("colour.jpg"));
    int frame = 2;
    while ((jpeg[frame + 1] & 0xff) != 0xc0 && (jpeg[frame + 1] & 0xff) != 0xc2) {
      frame += 2 + ByteBuffer.wrap(jpeg).getShort(frame + 2);
    }
    ByteBuffer.wrap(jpeg).putShort(frame + 5, (short) 20_000).putShort(frame + 7, (short) 20_000);
    assertTooLarge(jpeg);
  }

  private static void assertTooLarge(byte[] bytes) {
    assertThatThrownBy(() -> ImageDecoder.decode("x", bytes, ImageDecoder.MAX_INPUT_PIXELS))
        .hasMessage("x: 20000 x 20000 pixels are too many to read; at most 33554432");
  }

  /** Compressed metadata of a small file may expand beyond the memory, so it is not read. */
  @ParameterizedTest
  @ValueSource(strings = {"iCCP", "zTXt"})
  void pngWithCompressedMetadataBomb_decodes(String type) throws Exception {
    byte[] png = Files.readAllBytes(file("oriented-6.png"));
    byte[] chunk = bombChunk(type);
    ByteBuffer file = ByteBuffer.allocate(png.length + chunk.length);
    file.put(png, 0, PNG_HEADER).put(chunk).put(png, PNG_HEADER, png.length - PNG_HEADER);

    RgbaImage image = ImageDecoder.decode("x", file.array(), ImageDecoder.MAX_INPUT_PIXELS);

    assertThat(image.samples()).isEqualTo(ImageDecoder.read(file("gradient.png")).samples());
  }

  /** Signature and IHDR. */
  private static final int PNG_HEADER = 33;

  /** 3 GiB of zeros: the compressed form of the second MiB, repeated. */
  private static byte[] bombChunk(String type) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.writeBytes((type + "bomb\0\0").getBytes(StandardCharsets.ISO_8859_1));
    Deflater deflater = new Deflater();
    byte[] compressed = new byte[1 << 16];
    byte[] zeros = new byte[1 << 20];
    for (int i = 0; i < 2; i++) {
      deflater.setInput(zeros);
      int length = deflater.deflate(compressed, 0, compressed.length, Deflater.SYNC_FLUSH);
      for (int k = 0; k < (i == 0 ? 1 : 3 << 10); k++) {
        data.write(compressed, 0, length);
      }
    }
    deflater.end();
    CRC32 crc = new CRC32();
    crc.update(data.toByteArray());
    return ByteBuffer.allocate(data.size() + 8)
        .putInt(data.size() - 4)
        .put(data.toByteArray())
        .putInt((int) crc.getValue())
        .array();
  }

  private static void assertPixelNear(byte[] samples, int at, int[] expected) {
    for (int channel = 0; channel < 3; channel++) {
      assertThat(samples[at + channel] & 0xff).isCloseTo(expected[channel], within(2));
    }
  }

  private static Path file(String name) {
    try {
      var url = ImageDecoderTest.class.getResource(name);
      return Path.of(java.util.Objects.requireNonNull(url, name).toURI());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
