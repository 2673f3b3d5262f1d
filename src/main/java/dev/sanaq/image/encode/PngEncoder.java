package dev.sanaq.image.encode;

import dev.sanaq.image.RgbImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Encodes PNG files (W3C PNG, third edition): 8-bit RGB, not interlaced, with a filter chosen for
 * each row.
 *
 * <p>Not through ImageIO, which would load AWT and its native libraries into every worker, copy the
 * image into a raster, and hide text chunks behind metadata trees. A PNG is a few chunks and zlib,
 * which the JDK has.
 */
public final class PngEncoder {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final String XMP_KEYWORD = "XML:com.adobe.xmp";
  private static final byte BIT_DEPTH = 8;
  private static final byte TRUE_COLOUR = 2;
  // Takes a quarter of the time of zlib's default 6, for files a few percent larger.
  private static final int COMPRESSION_LEVEL = 4;
  private static final int MAX_BUFFER_BYTES = 1 << 16;

  private PngEncoder() {}

  /** Encodes an image without texts, see {@link #encode(RgbImage, Map)}. */
  public static byte[] encode(RgbImage image) {
    return encode(image, Map.of());
  }

  /**
   * Encodes an image; equal arguments give equal bytes. Uses all cores.
   *
   * @param texts by keyword of 1 to 79 printable ASCII characters
   */
  public static byte[] encode(RgbImage image, Map<String, String> texts) {
    return encode(image, texts, "");
  }

  /**
   * The same with an XMP packet (XMP specification, part 3, 1.1.5).
   *
   * @param xmp empty for none
   */
  static byte[] encode(RgbImage image, Map<String, String> texts, String xmp) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(image.samples().length / 2 + 1024);
    file.writeBytes(SIGNATURE);
    writeChunk(file, "IHDR", header(image));
    new TreeMap<>(texts)
        .forEach(
            (keyword, text) -> {
              PngTextChunk chunk = PngTextChunk.of(keyword, text);
              writeChunk(file, chunk.type(), chunk.data());
            });
    if (!xmp.isEmpty()) {
      PngTextChunk chunk = PngTextChunk.international(XMP_KEYWORD, xmp);
      writeChunk(file, chunk.type(), chunk.data());
    }
    writeChunk(file, "IDAT", deflate(PngFilter.filterRows(image)));
    writeChunk(file, "IEND", new byte[0]);
    return file.toByteArray();
  }

  private static byte[] header(RgbImage image) {
    return ByteBuffer.allocate(13)
        .putInt(image.width())
        .putInt(image.height())
        .put(BIT_DEPTH)
        .put(TRUE_COLOUR)
        .array(); // compression 0, filter method 0, no interlace
  }

  private static byte[] deflate(byte[] data) {
    Deflater deflater = new Deflater(COMPRESSION_LEVEL);
    try {
      deflater.setStrategy(Deflater.FILTERED);
      deflater.setInput(data);
      deflater.finish();
      byte[] buffer = new byte[Math.min(MAX_BUFFER_BYTES, data.length)];
      ByteArrayOutputStream out = new ByteArrayOutputStream(data.length / 2);
      while (!deflater.finished()) {
        out.write(buffer, 0, deflater.deflate(buffer));
      }
      return out.toByteArray();
    } finally {
      deflater.end();
    }
  }

  static void writeChunk(ByteArrayOutputStream file, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    file.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(data.length).array());
    file.writeBytes(name);
    file.writeBytes(data);
    file.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
  }
}
