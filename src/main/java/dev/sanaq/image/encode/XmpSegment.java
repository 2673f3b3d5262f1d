package dev.sanaq.image.encode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Adds an XMP packet to encoded files, where XMP's specification, part 3, has it: the first {@code
 * APP1} segment of a JPEG file, and the chunk {@code XMP} at the end of a WebP file, which becomes
 * an extended one ({@code VP8X}). Any number of threads.
 */
final class XmpSegment {
  private static final byte[] JPEG_NAMESPACE =
      "http://ns.adobe.com/xap/1.0/\0".getBytes(StandardCharsets.US_ASCII);
  private static final int START_OF_IMAGE_BYTES = 2;
  private static final int MAX_SEGMENT_BYTES = 0xffff;
  private static final int APP0 = 0xffe0;
  private static final short APP1 = (short) 0xffe1;

  private static final int RIFF_HEADER_BYTES = 12;
  private static final int EXTENDED_HEADER_BYTES = 10;
  private static final int HAS_XMP = 1 << 2;

  private XmpSegment() {}

  /**
   * The JPEG file with the packet.
   *
   * @param file as ImageIO writes it, with the segment of JFIF first
   * @throws IllegalArgumentException if the packet is longer than a segment
   */
  static byte[] addToJpeg(byte[] file, String packet) {
    byte[] xmp = packet.getBytes(StandardCharsets.UTF_8);
    int length = Short.BYTES + JPEG_NAMESPACE.length + xmp.length;
    if (length > MAX_SEGMENT_BYTES) {
      throw new IllegalArgumentException(
          "an XMP packet of %s bytes is too long for a JPEG file".formatted(xmp.length));
    }
    ByteBuffer in = ByteBuffer.wrap(file);
    // JFIF's own segment must be the first.
    int at = START_OF_IMAGE_BYTES;
    if (in.getChar(at) == APP0) {
      at += Short.BYTES + in.getChar(at + Short.BYTES);
    }
    return ByteBuffer.allocate(file.length + Short.BYTES + length)
        .put(file, 0, at)
        .putShort(APP1)
        .putShort((short) length)
        .put(JPEG_NAMESPACE)
        .put(xmp)
        .put(file, at, file.length - at)
        .array();
  }

  /**
   * The WebP file with the packet.
   *
   * @param file a simple one, with the chunk of the image alone
   * @param width pixels
   * @param height pixels
   */
  static byte[] addToWebp(byte[] file, int width, int height, String packet) {
    ByteArrayOutputStream chunks = new ByteArrayOutputStream(file.length + packet.length() + 64);
    ByteBuffer extended =
        ByteBuffer.allocate(EXTENDED_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(HAS_XMP);
    put24Bits(extended, width - 1);
    put24Bits(extended, height - 1);
    writeChunk(chunks, "VP8X", extended.array());
    chunks.write(file, RIFF_HEADER_BYTES, file.length - RIFF_HEADER_BYTES);
    writeChunk(chunks, "XMP ", packet.getBytes(StandardCharsets.UTF_8));
    String form = "WEBP";
    return ByteBuffer.allocate(RIFF_HEADER_BYTES + chunks.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .put("RIFF".getBytes(StandardCharsets.US_ASCII))
        .putInt(form.length() + chunks.size())
        .put(form.getBytes(StandardCharsets.US_ASCII))
        .put(chunks.toByteArray())
        .array();
  }

  private static void put24Bits(ByteBuffer out, int value) {
    out.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }

  private static void writeChunk(ByteArrayOutputStream out, String type, byte[] data) {
    out.writeBytes(type.getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(
        ByteBuffer.allocate(Integer.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(data.length)
            .array());
    out.writeBytes(data);
    if (data.length % 2 == 1) {
      out.write(0);
    }
  }
}
