package dev.sanaq.checkpoint.safetensors;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.checkpoint.ForeignFile;
import dev.sanaq.checkpoint.JsonFile;
import dev.sanaq.files.FileErrors;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;

/**
 * A safetensors file: 8 bytes of header length, a JSON header, then the tensors' bytes (<a
 * href="https://github.com/huggingface/safetensors#format">format</a>). Only the header is read.
 */
public final class SafetensorsFile {
  private static final int LENGTH_BYTES = 8;

  /** A thousand tensors take 100 KB; the format allows 100 MB. */
  static final int MAX_HEADER_BYTES = 16 << 20;

  private SafetensorsFile() {}

  /**
   * Reads the header and checks its offsets and sizes against each other and the file's length.
   *
   * @return tensors in the order of their data
   * @throws CheckpointException if the file cannot be read or its header is invalid
   */
  public static Map<String, StoredTensor> read(Path file) {
    return readContents(file).tensors();
  }

  /**
   * As {@link #read(Path)}, with the header's metadata.
   *
   * @throws CheckpointException if the file cannot be read or its header is invalid
   */
  public static SafetensorsContents readContents(Path file) {
    ForeignFile.requireFile(file, "a safetensors file");
    try (FileChannel channel = FileChannel.open(file)) {
      return read(file, channel);
    } catch (IOException e) {
      throw new CheckpointException(file.toString(), "", "a readable file", FileErrors.reason(e));
    }
  }

  private static SafetensorsContents read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < LENGTH_BYTES) {
      throw invalid(file, "8 bytes of header length", size + " bytes in all");
    }
    long header = readBytes(channel, 0, LENGTH_BYTES).getLong();
    if (header < 2 || header > MAX_HEADER_BYTES) {
      throw invalid(
          file,
          "a header of 2 to %s bytes".formatted(MAX_HEADER_BYTES),
          Long.toUnsignedString(header));
    }
    if (header > size - LENGTH_BYTES) {
      throw invalid(
          file,
          "a header of %s bytes".formatted(header),
          "%s bytes after its length: the file is truncated".formatted(size - LENGTH_BYTES));
    }
    ByteBuffer json = readBytes(channel, LENGTH_BYTES, (int) header);
    if (json.get(0) != '{') {
      throw invalid(file, "a header that starts with {", "byte " + json.get(0));
    }
    ObjectNode entries = JsonFile.parse(file.toString(), json);
    long dataStart = LENGTH_BYTES + header;
    return new SafetensorsHeader(file, dataStart, size - dataStart).check(entries);
  }

  private static CheckpointException invalid(Path file, String expected, String found) {
    return ForeignFile.describe(file)
        .map(foreign -> new CheckpointException(file.toString(), "", "a safetensors file", foreign))
        .orElseGet(() -> new CheckpointException(file.toString(), "", expected, found));
  }

  private static ByteBuffer readBytes(FileChannel channel, long from, int length)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new EOFException("unexpected end of file");
      }
    }
    return buffer.flip();
  }
}
