package dev.sanaq.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds safetensors files byte by byte, valid or invalid. */
public final class SafetensorsBytes {
  private SafetensorsBytes() {}

  public static byte[] of(String header, int dataBytes) {
    return of(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  public static byte[] of(byte[] header, int dataBytes) {
    return of(header.length, header, dataBytes);
  }

  public static byte[] of(long statedLength, byte[] header, int dataBytes) {
    ByteBuffer buffer = ByteBuffer.allocate(8 + header.length + dataBytes);
    buffer.order(ByteOrder.LITTLE_ENDIAN).putLong(statedLength).put(header);
    for (int i = 0; buffer.hasRemaining(); i++) {
      buffer.put((byte) i);
    }
    return buffer.array();
  }

  public static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
