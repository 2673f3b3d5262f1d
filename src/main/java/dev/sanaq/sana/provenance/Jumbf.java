package dev.sanaq.sana.provenance;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Boxes of JUMBF (ISO/IEC 19566-5), in which C2PA keeps its parts. */
final class Jumbf {
  /** Every type that C2PA uses is four characters and these bytes. */
  private static final byte[] TYPE_SUFFIX = HexFormat.of().parseHex("00110010800000aa00389b71");

  private static final int HEADER_BYTES = 8;
  // Other boxes may request it, and it has a label.
  private static final byte REQUESTABLE_WITH_LABEL = 3;

  private Jumbf() {}

  /**
   * A superbox: a description and boxes.
   *
   * @param type four characters
   * @param label by which URIs find it
   */
  static byte[] superbox(String type, String label, byte[]... boxes) {
    byte[] name = (label + "\0").getBytes(StandardCharsets.UTF_8);
    byte[] description =
        ByteBuffer.allocate(Integer.BYTES + TYPE_SUFFIX.length + 1 + name.length)
            .put(type.getBytes(StandardCharsets.US_ASCII))
            .put(TYPE_SUFFIX)
            .put(REQUESTABLE_WITH_LABEL)
            .put(name)
            .array();
    byte[][] all = new byte[boxes.length + 1][];
    all[0] = box("jumd", description);
    System.arraycopy(boxes, 0, all, 1, boxes.length);
    return box("jumb", all);
  }

  /**
   * A box.
   *
   * @param type four characters
   * @param parts of its content
   */
  static byte[] box(String type, byte[]... parts) {
    int length = HEADER_BYTES;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer out =
        ByteBuffer.allocate(length).putInt(length).put(type.getBytes(StandardCharsets.US_ASCII));
    for (byte[] part : parts) {
      out.put(part);
    }
    return out.array();
  }

  /** What C2PA hashes of a superbox: all but its header. */
  static ByteBuffer content(byte[] superbox) {
    return ByteBuffer.wrap(superbox, HEADER_BYTES, superbox.length - HEADER_BYTES);
  }
}
