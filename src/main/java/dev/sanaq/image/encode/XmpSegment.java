package dev.sanaq.image.encode;

import java.nio.ByteBuffer;
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
    int at = afterJfif(file);
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
   */
  static byte[] addToWebp(byte[] file, String packet) {
    return WebpContainer.append(
        WebpContainer.extend(file, HAS_XMP),
        WebpContainer.chunk("XMP ", packet.getBytes(StandardCharsets.UTF_8)));
  }

  /** Where a JPEG file's segments after that of JFIF begin, which must be the first. */
  static int afterJfif(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    return in.getChar(START_OF_IMAGE_BYTES) == APP0
        ? START_OF_IMAGE_BYTES + Short.BYTES + in.getChar(START_OF_IMAGE_BYTES + Short.BYTES)
        : START_OF_IMAGE_BYTES;
  }
}
