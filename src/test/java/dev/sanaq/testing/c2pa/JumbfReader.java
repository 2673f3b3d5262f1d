package dev.sanaq.testing.c2pa;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads JUMBF superboxes.
 *
 * @param type four characters
 * @param label of the superbox
 * @param hashed the content that C2PA hashes
 * @param data of the content box, if there is one
 * @param children the superboxes inside it by their labels
 */
@SuppressWarnings("ArrayRecordComponent")
record JumbfReader(
    String type, String label, byte[] hashed, byte[] data, Map<String, JumbfReader> children) {

  /** The superbox that the bytes are. */
  static JumbfReader read(byte[] box) {
    ByteBuffer in = ByteBuffer.wrap(box);
    if (in.getInt() != box.length || !fourCharacters(in).equals("jumb")) {
      throw new IllegalArgumentException("not one superbox");
    }
    int descriptionBytes = in.getInt();
    if (!fourCharacters(in).equals("jumd")) {
      throw new IllegalArgumentException("no description");
    }
    int end = in.position() - 8 + descriptionBytes;
    String type = fourCharacters(in);
    in.position(in.position() + 12 + 1);
    int nameEnd = in.position();
    while (box[nameEnd] != 0) {
      nameEnd++;
    }
    String label = new String(box, in.position(), nameEnd - in.position(), StandardCharsets.UTF_8);
    in.position(end);
    byte[] data = new byte[0];
    Map<String, JumbfReader> children = new LinkedHashMap<>();
    while (in.hasRemaining()) {
      int start = in.position();
      int length = in.getInt();
      byte[] child = Arrays.copyOfRange(box, start, start + length);
      if (fourCharacters(in).equals("jumb")) {
        JumbfReader inner = read(child);
        children.put(inner.label(), inner);
      } else {
        data = Arrays.copyOfRange(child, 8, child.length);
      }
      in.position(start + length);
    }
    return new JumbfReader(type, label, Arrays.copyOfRange(box, 8, box.length), data, children);
  }

  private static String fourCharacters(ByteBuffer in) {
    byte[] bytes = new byte[4];
    in.get(bytes);
    return new String(bytes, StandardCharsets.US_ASCII);
  }
}
