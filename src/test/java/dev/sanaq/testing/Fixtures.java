package dev.sanaq.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The reference's answers, under {@code src/test/resources/fixtures}. Reads them with code of its
 * own, so that a mistake in the product's reader cannot hide in its tests.
 */
public final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Fixtures() {}

  /**
   * A fixture's place on disk.
   *
   * @param name relative to the fixtures' folder, as {@code tiny-sana/checkpoint}
   */
  public static Path path(String name) {
    URL url = Fixtures.class.getResource("/fixtures/" + name);
    if (url == null) {
      throw new IllegalArgumentException("no fixture " + name);
    }
    try {
      return Path.of(url.toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A fixture's JSON. */
  public static JsonNode json(String name) {
    try {
      return JSON.readTree(path(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JSON list of whole numbers. */
  public static long[] longs(JsonNode list) {
    return JSON.convertValue(list, long[].class);
  }

  /** A fixture's tensors by name, in the file's order. */
  public static Map<String, Tensor> tensors(String name) {
    return tensors(path(name));
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException where there is none
   */
  public static Tensor tensor(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + "; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** The tensors of a safetensors file by name, in the header's order. */
  public static Map<String, Tensor> tensors(Path file) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
      int headerBytes = Math.toIntExact(bytes.getLong());
      JsonNode header =
          JSON.readTree(new String(bytes.array(), Long.BYTES, headerBytes, StandardCharsets.UTF_8));
      ByteBuffer data =
          bytes
              .slice(Long.BYTES + headerBytes, bytes.capacity() - Long.BYTES - headerBytes)
              .order(ByteOrder.LITTLE_ENDIAN);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> entry : header.properties()) {
        if (!entry.getKey().equals("__metadata__")) {
          tensors.put(entry.getKey(), tensor(entry.getValue(), data));
        }
      }
      return tensors;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Tensor tensor(JsonNode entry, ByteBuffer data) {
    long[] shape = JSON.convertValue(entry.get("shape"), long[].class);
    int from = entry.get("data_offsets").get(0).intValue();
    int to = entry.get("data_offsets").get(1).intValue();
    ByteBuffer own = data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    String dtype = entry.get("dtype").textValue();
    double[] values = new double[Math.toIntExact(elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case "F32" -> own.getFloat();
            case "F64" -> own.getDouble();
            case "I64" -> own.getLong();
            default -> throw new IllegalArgumentException("no fixture holds " + dtype);
          };
    }
    return new Tensor(dtype, shape, values);
  }

  private static long elements(long[] shape) {
    long count = 1;
    for (long side : shape) {
      count *= side;
    }
    return count;
  }

  /**
   * A tensor, row-major. Its values are doubles, which hold every float and every id exactly.
   *
   * @param dtype as the file says: F32, F64, I64
   * @param shape sides, outermost first
   * @param values every element
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  public record Tensor(String dtype, long[] shape, double[] values) {
    /** The values as floats. */
    public float[] floats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    /** The values as integers. */
    public long[] longs() {
      long[] longs = new long[values.length];
      for (int i = 0; i < longs.length; i++) {
        longs[i] = (long) values[i];
      }
      return longs;
    }

    /** Row {@code index} of the outermost side. */
    public Tensor row(int index) {
      int size = Math.toIntExact(values.length / shape[0]);
      double[] row = new double[size];
      System.arraycopy(values, index * size, row, 0, size);
      long[] inner = new long[shape.length - 1];
      System.arraycopy(shape, 1, inner, 0, inner.length);
      return new Tensor(dtype, inner, row);
    }
  }
}
