package dev.sanaq.torch.script;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Writes the subset of Python's pickle format (protocol 2) that a TorchScript archive needs:
 * objects whose attributes are numbers, strings, booleans, objects, and lists and maps of them.
 */
public final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /**
   * A Python object.
   *
   * @param module of its class
   * @param name of its class
   * @param attributes numbers, strings, booleans, objects, and lists and maps of them
   */
  public record PickledObject(String module, String name, Map<String, ?> attributes) {}

  /** Pickles an object. */
  static byte[] writeObject(PickledObject module) {
    PickleWriter pickle = new PickleWriter();
    pickle.protocol();
    pickle.writeInstance(module);
    pickle.out.write('.');
    return pickle.out.toByteArray();
  }

  private void writeInstance(PickledObject object) {
    String name = "c" + object.module() + "\n" + object.name() + "\n";
    out.writeBytes(name.getBytes(StandardCharsets.UTF_8));
    out.write(')'); // empty tuple: the constructor's arguments
    out.write(0x81); // NEWOBJ
    value(object.attributes());
    out.write('b'); // BUILD: the map becomes the object's attributes
  }

  /** Pickles an empty tuple. */
  static byte[] emptyTuple() {
    PickleWriter pickle = new PickleWriter();
    pickle.protocol();
    pickle.out.write(')');
    pickle.out.write('.');
    return pickle.out.toByteArray();
  }

  private void protocol() {
    out.write(0x80);
    out.write(2);
  }

  private void value(Object value) {
    if (value instanceof Boolean flag) {
      out.write(flag ? 0x88 : 0x89);
    } else if (value instanceof Integer || value instanceof Long) {
      integer(((Number) value).longValue());
    } else if (value instanceof Double number) {
      out.write('G'); // big endian, unlike the rest
      out.writeBytes(ByteBuffer.allocate(8).putDouble(number).array());
    } else if (value instanceof String text) {
      string(text);
    } else if (value instanceof PickledObject object) {
      writeInstance(object);
    } else if (value instanceof List<?> list) {
      out.write(']');
      out.write('(');
      list.forEach(this::value);
      out.write('e');
    } else if (value instanceof Map<?, ?> map) {
      out.write('}');
      out.write('(');
      map.forEach(
          (key, entry) -> {
            string((String) key);
            value(entry);
          });
      out.write('u');
    } else {
      throw new IllegalArgumentException("no pickle form for " + value.getClass().getName());
    }
  }

  private void integer(long number) {
    if (number == (int) number) {
      out.write('J');
      out.writeBytes(littleEndian(4).putInt((int) number).array());
    } else {
      out.write(0x8a); // LONG1
      out.write(8);
      out.writeBytes(littleEndian(8).putLong(number).array());
    }
  }

  private void string(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write('X');
    out.writeBytes(littleEndian(4).putInt(bytes.length).array());
    out.writeBytes(bytes);
  }

  private static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
