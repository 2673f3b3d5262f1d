package dev.sanaq.image.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sanaq.image.RgbImage;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Manifests in files; the readers of C2PA are tested with real manifests. */
class ManifestSpaceTest {
  @ParameterizedTest
  @EnumSource
  void manifestOfManySegments_leavesTheImageAlone(ImageFormat format) throws Exception {
    for (String xmp : new String[] {"", "<x/>"}) {
      byte[] file = format.encode(image(), 90, Map.of(), xmp);
      ManifestSpace space = format.manifestSpace(file);
      byte[] manifest = manifest(200_000);
      byte[] longer = space.insert(manifest);
      assertThat(TestImages.read(new ByteArrayInputStream(longer)).samples())
          .isEqualTo(TestImages.read(new ByteArrayInputStream(file)).samples());
      byte[] other = space.insert(new byte[manifest.length]);
      int end = space.offset() + space.length(manifest.length);
      assertThat(other).hasSameSizeAs(longer);
      assertThat(Arrays.mismatch(longer, 0, space.offset(), other, 0, space.offset()))
          .isEqualTo(-1);
      assertThat(Arrays.mismatch(longer, end, longer.length, other, end, other.length))
          .isEqualTo(-1);
    }
  }

  /** ISO/IEC 19566-5, annex D: every segment repeats the box's header. */
  @ParameterizedTest
  @ValueSource(ints = {0x10, 0xffff - 18, 0xffff - 17, 200_000})
  void jpeg_hasTheManifestInSegmentsAfterJfif(int length) {
    byte[] file = ImageFormat.JPEG.encode(image(), 90, Map.of(), "<x/>");
    byte[] manifest = manifest(length + length % 2);
    byte[] longer = ImageFormat.JPEG.manifestSpace(file).insert(manifest);
    ByteBuffer in = ByteBuffer.wrap(longer);
    ByteArrayOutputStream found = new ByteArrayOutputStream();
    int at = 4 + in.getChar(4);
    for (int number = 1; in.getChar(at) == 0xffeb; number++) {
      assertThat(in.getInt(at + 4)).isEqualTo(0x4a50_0001);
      assertThat(in.getInt(at + 8)).isEqualTo(number);
      assertThat(Arrays.copyOfRange(longer, at + 12, at + 20))
          .isEqualTo(Arrays.copyOf(manifest, 8));
      int data = at + (number == 1 ? 12 : 20);
      at += 2 + in.getChar(at + 2);
      found.write(longer, data, at - data);
    }
    assertThat(found.toByteArray()).isEqualTo(manifest);
    assertThat(in.getChar(at)).as("XMP").isEqualTo((char) 0xffe1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<x/>"})
  void webp_isExtendedWithTheManifestLast(String xmp) {
    byte[] file = ImageFormat.WEBP.encode(image(), 90, Map.of(), xmp);
    byte[] longer = ImageFormat.WEBP.manifestSpace(file).insert(manifest(50));
    ByteBuffer in = ByteBuffer.wrap(longer).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt(4)).isEqualTo(longer.length - 8);
    assertThat(Arrays.copyOfRange(longer, 12, 30))
        .containsExactly(
            'V',
            'P',
            '8',
            'X',
            10,
            0,
            0,
            0,
            xmp.isEmpty() ? 0 : 4,
            0,
            0,
            0,
            299 & 0xff,
            1,
            0,
            16,
            0,
            0);
    assertThat(Arrays.copyOfRange(longer, longer.length - 58, longer.length - 50))
        .containsExactly('C', '2', 'P', 'A', 50, 0, 0, 0);
  }

  @Test
  void oddLength_isRefused() {
    byte[] file = ImageFormat.PNG.encode(image(), 90, Map.of());
    assertThatThrownBy(() -> ImageFormat.PNG.manifestSpace(file).length(3))
        .hasMessageContaining("odd length: 3");
  }

  private static byte[] manifest(int length) {
    byte[] manifest = new byte[length];
    for (int i = 0; i < length; i++) {
      manifest[i] = (byte) (i * 31 + i / 251);
    }
    return manifest;
  }

  private static RgbImage image() {
    byte[] samples = new byte[300 * 17 * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i / 7);
    }
    return new RgbImage(300, 17, samples);
  }
}
