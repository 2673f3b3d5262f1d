package dev.sanaq.sana.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.function.BiConsumer;

/** Writes a safetensors file of F32 tensors. */
final class SafetensorsWriter {
  /** Readers map the data: the header is filled up so that it begins on this boundary. */
  private static final int ALIGNMENT = 8;

  private SafetensorsWriter() {}

  /**
   * Writes a new file.
   *
   * @param file must not exist
   * @param shapes names and shapes, in the order in which the data is to lie; a tensor holds less
   *     than 2 GiB
   * @param fill puts a tensor's numbers, row by row, into a buffer of its size
   */
  static void write(Path file, Map<String, long[]> shapes, BiConsumer<String, FloatBuffer> fill)
      throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeFully(channel, header(shapes));
      for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
        ByteBuffer bytes = littleEndian(Math.toIntExact(bytes(tensor.getValue())));
        fill.accept(tensor.getKey(), bytes.asFloatBuffer());
        writeFully(channel, bytes);
      }
    }
  }

  private static ByteBuffer header(Map<String, long[]> shapes) {
    ObjectNode header = JsonFile.MAPPER.createObjectNode();
    header.putObject("__metadata__").put("format", "pt");
    long offset = 0;
    for (Map.Entry<String, long[]> tensor : shapes.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", StorageType.F32.name());
      for (long side : tensor.getValue()) {
        entry.withArray("shape").add(side);
      }
      long end = offset + bytes(tensor.getValue());
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer buffer = littleEndian(Long.BYTES + padded).putLong(padded).put(json);
    while (buffer.hasRemaining()) {
      buffer.put((byte) ' ');
    }
    return buffer.flip();
  }

  private static long bytes(long[] shape) {
    long size = StorageType.F32.bytes();
    for (long side : shape) {
      size = Math.multiplyExact(size, side);
    }
    return size;
  }

  private static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }
}
