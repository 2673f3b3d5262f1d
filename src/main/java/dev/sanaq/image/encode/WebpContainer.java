package dev.sanaq.image.encode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Adds chunks to lossy WebP files (RIFF, RFC 9649). Any number of threads. */
final class WebpContainer {
  private static final int RIFF_HEADER_BYTES = 12;
  private static final int EXTENDED_HEADER_BYTES = 10;
  private static final int SIZE_OFFSET = 4;
  private static final int CHUNK_HEADER_BYTES = 8;
  // Frame tag and start code are before the sides (RFC 6386, 9.1).
  private static final int WIDTH_OFFSET = RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES + 6;
  private static final int SIDE_MASK = 0x3fff;
  private static final String EXTENDED = "VP8X";

  private WebpContainer() {}

  /**
   * The file as an extended one ({@code VP8X}), which alone may have chunks that are not the
   * image's.
   *
   * @param file simple or extended
   * @param flags of what the caller will add, as in {@code VP8X}
   */
  static byte[] extend(byte[] file, int flags) {
    if (type(file, RIFF_HEADER_BYTES).equals(EXTENDED)) {
      byte[] extended = file.clone();
      extended[RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES] |= (byte) flags;
      return extended;
    }
    ByteBuffer in = littleEndian(file);
    ByteBuffer header =
        ByteBuffer.allocate(EXTENDED_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(flags);
    put24Bits(header, (in.getShort(WIDTH_OFFSET) & SIDE_MASK) - 1);
    put24Bits(header, (in.getShort(WIDTH_OFFSET + Short.BYTES) & SIDE_MASK) - 1);
    ByteArrayOutputStream out = new ByteArrayOutputStream(file.length + 32);
    out.write(file, 0, RIFF_HEADER_BYTES);
    out.writeBytes(chunk(EXTENDED, header.array()));
    out.write(file, RIFF_HEADER_BYTES, file.length - RIFF_HEADER_BYTES);
    return withSize(out.toByteArray());
  }

  /** The extended file with a chunk more, at its end. */
  static byte[] append(byte[] file, byte[] chunk) {
    byte[] longer = Arrays.copyOf(file, file.length + chunk.length);
    System.arraycopy(chunk, 0, longer, file.length, chunk.length);
    return withSize(longer);
  }

  /** A chunk with its header, padded to an even length. */
  static byte[] chunk(String type, byte[] data) {
    return ByteBuffer.allocate(CHUNK_HEADER_BYTES + data.length + data.length % 2)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(type.getBytes(StandardCharsets.US_ASCII))
        .putInt(data.length)
        .put(data)
        .array();
  }

  /** Writes the length of the file into its header. */
  static byte[] withSize(byte[] file) {
    littleEndian(file).putInt(SIZE_OFFSET, file.length - CHUNK_HEADER_BYTES);
    return file;
  }

  private static String type(byte[] file, int at) {
    return new String(file, at, Integer.BYTES, StandardCharsets.US_ASCII);
  }

  private static ByteBuffer littleEndian(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put24Bits(ByteBuffer out, int value) {
    out.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }
}
