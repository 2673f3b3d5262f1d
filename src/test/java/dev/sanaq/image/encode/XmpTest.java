package dev.sanaq.image.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.drew.imaging.ImageMetadataReader;
import com.drew.metadata.xmp.XmpDirectory;
import dev.sanaq.image.RgbImage;
import dev.sanaq.image.decode.ImageDecoder;
import dev.sanaq.testing.image.PngTextReader;
import dev.sanaq.testing.image.TestImages;
import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** XMP packets in files of every format, read by other code than the program's. */
class XmpTest {
  private static final String PACKET =
      """
      <?xpacket begin="\uFEFF" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
          xmp:CreatorTool="Grün 木%s"/>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="r"?>""";

  @ParameterizedTest
  @EnumSource
  void packet_isFoundByAnotherReader(ImageFormat format) throws Exception {
    byte[] file = format.encode(image(33, 17), 90, Map.of("a", "b"), PACKET.formatted(""));
    XmpDirectory xmp =
        ImageMetadataReader.readMetadata(new ByteArrayInputStream(file))
            .getFirstDirectoryOfType(XmpDirectory.class);
    assertThat(xmp.getXmpProperties()).containsEntry("xmp:CreatorTool", "Grün 木");
  }

  @ParameterizedTest
  @EnumSource
  void pixels_areTheSameWithAndWithout(ImageFormat format) throws Exception {
    RgbImage image = image(33, 17);
    byte[] plain = format.encode(image, 90, Map.of());
    byte[] marked = format.encode(image, 90, Map.of(), PACKET.formatted(""));
    byte[] expected = TestImages.read(new ByteArrayInputStream(plain)).samples();
    assertThat(TestImages.read(new ByteArrayInputStream(marked)).samples()).isEqualTo(expected);
    assertThat(ImageDecoder.decode("m", marked, 1 << 20).width()).isEqualTo(33);
    assertThat(format.encode(image, 90, Map.of(), PACKET.formatted(""))).isEqualTo(marked);
    assertThat(format.encode(image, 90, Map.of(), "")).isEqualTo(plain);
  }

  @Test
  void png_hasThePacketBeforeTheImage() throws Exception {
    byte[] file = ImageFormat.PNG.encode(image(3, 2), 90, Map.of("a", "b"), PACKET.formatted(""));
    assertThat(PngTextReader.read(file))
        .containsEntry("a", "b")
        .containsEntry("XML:com.adobe.xmp", PACKET.formatted(""));
    String text = new String(file, StandardCharsets.ISO_8859_1);
    assertThat(text.indexOf("iTXtXML:com.adobe.xmp\0\0\0\0\0<")).isPositive();
    assertThat(text.indexOf("iTXt")).isLessThan(text.indexOf("IDAT"));
  }

  @Test
  void asciiPacketInPng_isInternationalText() {
    byte[] file = ImageFormat.PNG.encode(image(3, 2), 90, Map.of(), "<x/>");
    assertThat(new String(file, StandardCharsets.ISO_8859_1))
        .contains("iTXtXML:com.adobe.xmp")
        .doesNotContain("tEXt");
  }

  @Test
  void jpeg_hasThePacketAfterJfif() {
    byte[] file = ImageFormat.JPEG.encode(image(3, 2), 90, Map.of(), PACKET.formatted(""));
    ByteBuffer in = ByteBuffer.wrap(file);
    assertThat(in.getChar(2)).isEqualTo((char) 0xffe0);
    int second = 4 + in.getChar(4);
    assertThat(in.getChar(second)).isEqualTo((char) 0xffe1);
    int length = in.getChar(second + 2);
    String segment = new String(file, second + 4, length - 2, StandardCharsets.UTF_8);
    assertThat(segment).isEqualTo("http://ns.adobe.com/xap/1.0/\0" + PACKET.formatted(""));
    assertThat(in.get(second + 2 + length)).isEqualTo((byte) 0xff);
  }

  @Test
  void packetLongerThanASegment_isRefused() {
    String longest = "x".repeat(0xffff - 2 - 29);
    byte[] file = ImageFormat.JPEG.encode(image(3, 2), 90, Map.of(), longest);
    assertThat(new String(file, StandardCharsets.ISO_8859_1)).contains(longest);
    assertThatThrownBy(() -> ImageFormat.JPEG.encode(image(3, 2), 90, Map.of(), longest + "x"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("65505");
  }

  /** Chunks have an even length, so one packet of the two needs a byte more. */
  @ParameterizedTest
  @ValueSource(strings = {"", "!"})
  void webp_isExtendedWithThePacketLast(String end) {
    String packet = PACKET.formatted(end);
    byte[] file = ImageFormat.WEBP.encode(image(300, 17), 90, Map.of(), packet);
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(in.getInt(4)).isEqualTo(file.length - 8);
    Map<String, byte[]> chunks = new LinkedHashMap<>();
    for (int at = 12; at < file.length; ) {
      byte[] data = new byte[in.getInt(at + 4)];
      in.get(at + 8, data);
      chunks.put(new String(file, at, 4, StandardCharsets.US_ASCII), data);
      at += 8 + data.length + data.length % 2;
    }
    assertThat(chunks.keySet()).containsExactly("VP8X", "VP8 ", "XMP ");
    assertThat(chunks.get("VP8X")).containsExactly(4, 0, 0, 0, 299 & 0xff, 1, 0, 16, 0, 0);
    assertThat(chunks.get("XMP ")).isEqualTo(packet.getBytes(StandardCharsets.UTF_8));
  }

  private static RgbImage image(int width, int height) {
    byte[] samples = new byte[width * height * 3];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = (byte) (i / 7);
    }
    return new RgbImage(width, height, samples);
  }
}
