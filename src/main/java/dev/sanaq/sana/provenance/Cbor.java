package dev.sanaq.sana.provenance;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes CBOR in its core deterministic encoding (RFC 8949, 4.2.1): the shortest heads, the entries
 * of a map in the order of their encoded keys. Values are {@code Integer}, {@code byte[]}, {@code
 * String}, {@code List}, {@code Map}, {@link Tagged} and {@link #NULL}.
 */
final class Cbor {
  /** CBOR's null. */
  static final Object NULL = new Object();

  private static final int UNSIGNED = 0;
  private static final int NEGATIVE = 1;
  private static final int BYTES = 2;
  private static final int TEXT = 3;
  private static final int ARRAY = 4;
  private static final int MAP = 5;
  private static final int TAG = 6;
  private static final int NULL_BYTE = 0xf6;

  private static final int ONE_BYTE_FOLLOWS = 24;
  private static final int TWO_BYTES_FOLLOW = 25;
  private static final int FOUR_BYTES_FOLLOW = 26;

  private Cbor() {}

  /** A value with a tag. */
  record Tagged(int tag, Object value) {}

  /**
   * Encodes a value.
   *
   * @throws IllegalArgumentException if the value or one inside it is of another type
   */
  static byte[] encode(Object value) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(value, out);
    return out.toByteArray();
  }

  private static void write(Object value, ByteArrayOutputStream out) {
    if (value instanceof Integer number) {
      writeHead(number < 0 ? NEGATIVE : UNSIGNED, number < 0 ? -1 - number : number, out);
    } else if (value instanceof byte[] bytes) {
      writeHead(BYTES, bytes.length, out);
      out.writeBytes(bytes);
    } else if (value instanceof String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      writeHead(TEXT, bytes.length, out);
      out.writeBytes(bytes);
    } else if (value instanceof List<?> items) {
      writeHead(ARRAY, items.size(), out);
      items.forEach(item -> write(item, out));
    } else if (value instanceof Map<?, ?> map) {
      writeMap(map, out);
    } else if (value instanceof Tagged tagged) {
      writeHead(TAG, tagged.tag(), out);
      write(tagged.value(), out);
    } else if (value == NULL) {
      out.write(NULL_BYTE);
    } else {
      throw new IllegalArgumentException("no CBOR for " + value.getClass());
    }
  }

  private static void writeMap(Map<?, ?> map, ByteArrayOutputStream out) {
    TreeMap<byte[], Object> entries = new TreeMap<>(Arrays::compareUnsigned);
    map.forEach((key, value) -> entries.put(encode(key), value));
    writeHead(MAP, entries.size(), out);
    entries.forEach(
        (key, value) -> {
          out.writeBytes(key);
          write(value, out);
        });
  }

  private static void writeHead(int major, int number, ByteArrayOutputStream out) {
    int type = major << 5;
    if (number < ONE_BYTE_FOLLOWS) {
      out.write(type | number);
    } else if (number <= 0xff) {
      out.write(type | ONE_BYTE_FOLLOWS);
      out.write(number);
    } else if (number <= 0xffff) {
      out.write(type | TWO_BYTES_FOLLOW);
      out.writeBytes(ByteBuffer.allocate(Short.BYTES).putShort((short) number).array());
    } else {
      out.write(type | FOUR_BYTES_FOLLOW);
      out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
    }
  }
}
