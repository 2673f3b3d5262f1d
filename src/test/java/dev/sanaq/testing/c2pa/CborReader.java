package dev.sanaq.testing.c2pa;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads CBOR: numbers as {@code Long}, null as {@link #NULL}, tags left out; lengths are definite.
 */
public final class CborReader {
  /** CBOR's null. */
  public static final Object NULL = "null";

  private final ByteBuffer in;

  private CborReader(ByteBuffer in) {
    this.in = in;
  }

  /** The one value of the bytes. */
  public static Object read(byte[] bytes) {
    CborReader reader = new CborReader(ByteBuffer.wrap(bytes));
    Object value = reader.next();
    if (reader.in.hasRemaining()) {
      throw new IllegalArgumentException(reader.in.remaining() + " bytes after the value");
    }
    return value;
  }

  private Object next() {
    int head = in.get() & 0xff;
    int major = head >> 5;
    if (major == 7) {
      return simple(head & 31);
    }
    long number = number(head & 31);
    return switch (major) {
      case 0 -> number;
      case 1 -> -1 - number;
      case 2 -> bytes(number);
      case 3 -> new String(bytes(number), StandardCharsets.UTF_8);
      case 4 -> list(number);
      case 5 -> map(number);
      default -> next(); // the value of a tag
    };
  }

  private static Object simple(int value) {
    return switch (value) {
      case 20 -> false;
      case 21 -> true;
      case 22 -> NULL;
      default -> throw new IllegalArgumentException("simple value " + value);
    };
  }

  private long number(int info) {
    return switch (info) {
      case 24 -> in.get() & 0xff;
      case 25 -> in.getChar();
      case 26 -> Integer.toUnsignedLong(in.getInt());
      case 27 -> in.getLong();
      default -> info;
    };
  }

  private byte[] bytes(long length) {
    byte[] bytes = new byte[Math.toIntExact(length)];
    in.get(bytes);
    return bytes;
  }

  private List<Object> list(long length) {
    List<Object> items = new ArrayList<>();
    for (long i = 0; i < length; i++) {
      items.add(next());
    }
    return items;
  }

  private Map<Object, Object> map(long length) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (long i = 0; i < length; i++) {
      @Nullable Object before = map.put(next(), next());
      if (before != null) {
        throw new IllegalArgumentException("a key is there twice");
      }
    }
    return map;
  }
}
