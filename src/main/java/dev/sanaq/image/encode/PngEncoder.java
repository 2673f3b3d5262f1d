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
 * Writes PNG files (W3C PNG, third edition): 8-bit RGB, not interlaced, each row under the filter
 * that leaves least.
 *
 * <p>Not through ImageIO: that pulls AWT, its service loading and its native libraries into every
 * worker and into a native image, copies the image into a raster first, and reaches text chunks
 * only through metadata trees. A PNG is three chunks and zlib, which the JDK has.
 */
public final class PngEncoder {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final byte BIT_DEPTH = 8;
  private static final byte TRUE_COLOUR = 2;
  // A quarter of the time of zlib's usual 6, for files at most some percent larger.
  private static final int COMPRESSION_LEVEL = 4;
  private static final int MAX_BUFFER_BYTES = 1 << 16;

  private PngEncoder() {}

  /** The image as a PNG file without texts, see {@link #encode(RgbImage, Map)}. */
  public static byte[] encode(RgbImage image) {
    return encode(image, Map.of());
  }

  /**
   * The image as a PNG file: the same image and texts give the same bytes. Works on every core.
   *
   * @param texts by keyword: 1 to 79 printable ASCII characters
   */
  public static byte[] encode(RgbImage image, Map<String, String> texts) {
    ByteArrayOutputStream file = new ByteArrayOutputStream(image.samples().length / 2 + 1024);
    file.writeBytes(SIGNATURE);
    writeChunk(file, "IHDR", header(image));
    new TreeMap<>(texts)
        .forEach(
            (keyword, text) -> {
              PngTextChunk said = PngTextChunk.of(keyword, text);
              writeChunk(file, said.type(), said.data());
            });
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
        .array(); // then the only compression, the only filter method, no interlace: all 0
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

  private static void writeChunk(ByteArrayOutputStream file, String type, byte[] data) {
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
