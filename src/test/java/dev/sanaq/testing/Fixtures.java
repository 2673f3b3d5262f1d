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
 * Recorded results of the reference, in {@code src/test/resources/fixtures}. They are read with
 * separate code, so that a defect of the program's reader cannot hide.
 */
public final class Fixtures {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Fixtures() {}

  /**
   * Returns the path of a fixture.
   *
   * @param name relative to the folder of fixtures, such as {@code tiny-sana/checkpoint}
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

  /** Reads a fixture as JSON. */
  public static JsonNode json(String name) {
    try {
      return JSON.readTree(path(name).toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Converts a JSON list of integers. */
  public static long[] longs(JsonNode list) {
    return JSON.convertValue(list, long[].class);
  }

  /** Reads the tensors of a fixture by name, in the file's order. */
  public static Map<String, Tensor> tensors(String name) {
    return tensors(path(name));
  }

  /**
   * Returns a tensor by name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Tensor tensor(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no tensor " + name + "; there are " + tensors.keySet());
    }
    return tensor;
  }

  /** Reads the tensors of a safetensors file by name, in the header's order. */
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
    ByteBuffer bytes = data.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN);
    String dtype = entry.get("dtype").textValue();
    double[] values = new double[Math.toIntExact(elements(shape))];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (dtype) {
            case "F32" -> bytes.getFloat();
            case "F64" -> bytes.getDouble();
            case "I64" -> bytes.getLong();
            default ->
                throw new IllegalArgumentException("unsupported dtype in a fixture: " + dtype);
          };
    }
    return new Tensor(dtype, shape, values);
  }

  private static long elements(long[] shape) {
    long count = 1;
    for (long dimension : shape) {
      count *= dimension;
    }
    return count;
  }

  /**
   * A row-major tensor. Doubles represent every float and every id exactly.
   *
   * @param dtype the dtype of the file: F32, F64, I64
   * @param shape the dimensions, outermost first
   * @param values all elements
   */
  @SuppressWarnings("ArrayRecordComponent") // read only
  public record Tensor(String dtype, long[] shape, double[] values) {
    /** Returns the values as floats. */
    public float[] floats() {
      float[] floats = new float[values.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    /** Returns the values as integers. */
    public long[] longs() {
      long[] longs = new long[values.length];
      for (int i = 0; i < longs.length; i++) {
        longs[i] = (long) values[i];
      }
      return longs;
    }

    /** Returns a row of the outermost dimension. */
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
