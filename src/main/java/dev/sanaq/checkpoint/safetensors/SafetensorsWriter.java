package dev.sanaq.checkpoint.safetensors;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.files.FileErrors;
import dev.sanaq.torch.HostTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** Writes safetensors files whose tensors have one type. */
public final class SafetensorsWriter {
  /** The header is padded so that the data, which readers map, starts on this boundary. */
  private static final int ALIGNMENT = 8;

  /** Writes a file's bytes. */
  @FunctionalInterface
  private interface Content {
    void writeTo(FileChannel channel) throws IOException;
  }

  private SafetensorsWriter() {}

  /**
   * Writes a new file of F32 tensors.
   *
   * @param file must not exist
   * @param shapes by name, in the order of the data; each tensor below 2 GiB
   * @param fill writes a tensor's elements in row-major order into a buffer of its size
   */
  public static void write(
      Path file, Map<String, long[]> shapes, BiConsumer<String, FloatBuffer> fill)
      throws IOException {
    create(
        file,
        channel -> {
          writeFully(channel, encodeHeader(shapes, DType.F32, Map.of()));
          for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
            ByteBuffer bytes =
                allocateLittleEndian(Math.toIntExact(bytes(tensor.getValue(), DType.F32)));
            fill.accept(tensor.getKey(), bytes.asFloatBuffer());
            writeFully(channel, bytes);
          }
        });
  }

  /**
   * Writes a new file and forces it to disk.
   *
   * @param file must not exist
   * @param tensors by name, in the order of the data; each below 2 GiB
   * @param type F32 or BF16 (rounded to nearest, ties to even)
   */
  public static void write(Path file, Map<String, HostTensor> tensors, DType type)
      throws IOException {
    write(file, tensors, type, Map.of());
  }

  /**
   * As {@link #write(Path, Map, DType)}, with further strings in the header.
   *
   * @param metadata in addition to the format
   */
  public static void write(
      Path file, Map<String, HostTensor> tensors, DType type, Map<String, String> metadata)
      throws IOException {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> shapes.put(name, tensor.shape()));
    create(
        file,
        channel -> {
          writeFully(channel, encodeHeader(shapes, type, metadata));
          for (HostTensor tensor : tensors.values()) {
            writeFully(channel, bytes(tensor.values(), type));
          }
        });
  }

  private static ByteBuffer bytes(float[] numbers, DType type) {
    ByteBuffer bytes = allocateLittleEndian(Math.multiplyExact(numbers.length, type.bytes()));
    switch (type) {
      case F32 -> bytes.asFloatBuffer().put(numbers);
      case BF16 -> {
        for (float number : numbers) {
          bytes.putShort(toBfloat16(number));
        }
        bytes.flip();
      }
      default -> throw new IllegalArgumentException("unsupported type for weights: " + type);
    }
    return bytes;
  }

  private static short toBfloat16(float number) {
    int bits = Float.floatToIntBits(number);
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  private static void create(Path file, Content content) throws IOException {
    FileErrors.naming(
        file,
        () -> {
          try (FileChannel channel =
              FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(true);
          }
        });
  }

  private static ByteBuffer encodeHeader(
      Map<String, long[]> shapes, DType type, Map<String, String> metadata) {
    ObjectNode header = JsonFile.MAPPER.createObjectNode();
    ObjectNode strings = header.putObject("__metadata__").put("format", "pt");
    metadata.forEach(strings::put);
    long offset = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", type.name());
      ArrayNode shape = entry.putArray("shape"); // empty for a scalar
      for (long side : tensor.getValue()) {
        shape.add(side);
      }
      long end = offset + bytes(tensor.getValue(), type);
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer buffer = allocateLittleEndian(Long.BYTES + padded).putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static long bytes(long[] shape, DType type) {
    long size = type.bytes();
    for (long side : shape) {
      size = Math.multiplyExact(size, side);
    }
    return size;
  }

  private static ByteBuffer allocateLittleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
