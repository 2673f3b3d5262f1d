package dev.sanaq.checkpoint.safetensors;

import dev.sanaq.checkpoint.CheckpointException;
import dev.sanaq.files.FileErrors;
import dev.sanaq.torch.HostTensor;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * A tensor's name, type, shape and position in a file; its data is read on demand. Immutable, for
 * any thread.
 */
public final class StoredTensor {
  private final String name;
  private final DType dtype;
  private final long[] shape;
  private final Path file;
  private final long position;
  private final long bytes;

  StoredTensor(String name, DType type, long[] shape, Path file, long position, long bytes) {
    this.name = name;
    this.dtype = type;
    this.shape = shape.clone();
    this.file = file;
    this.position = position;
    this.bytes = bytes;
  }

  /** The checkpoint's key, such as {@code transformer_blocks.0.attn1.to_q.weight}. */
  public String name() {
    return name;
  }

  /** The type of its elements. */
  public DType dtype() {
    return dtype;
  }

  /** A copy of the shape; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  /** Its file. */
  public Path file() {
    return file;
  }

  /** Its size in bytes. */
  public long bytes() {
    return bytes;
  }

  /** The number of its elements. */
  public long elements() {
    return bytes / dtype.bytes();
  }

  /**
   * Maps a range of its bytes; a buffer holds at most 2 GiB. The mapping lives until the buffer is
   * garbage collected. If another process truncates the file meanwhile, access crashes the JVM.
   *
   * @param offset of the first byte within the tensor, 0 to {@link #bytes()}
   * @param length in bytes
   * @return direct, read-only, little endian, from position 0 to {@code length}
   * @throws IndexOutOfBoundsException if the range exceeds the tensor
   * @throws CheckpointException if the file cannot be read
   */
  public MappedByteBuffer map(long offset, int length) {
    checkRange(offset, length);
    try (FileChannel channel = FileChannel.open(file)) {
      MappedByteBuffer mapped =
          channel.map(FileChannel.MapMode.READ_ONLY, position + offset, length);
      mapped.order(ByteOrder.LITTLE_ENDIAN);
      return mapped;
    } catch (IOException e) {
      throw unreadable(length, e);
    }
  }

  /**
   * Reads a range of its bytes.
   *
   * @param offset of the first byte within the tensor
   * @param into filled up to its limit
   * @throws IndexOutOfBoundsException if the range exceeds the tensor
   * @throws CheckpointException if the file cannot be read
   */
  public void read(long offset, ByteBuffer into) {
    int length = into.remaining();
    checkRange(offset, length);
    try (FileChannel channel = FileChannel.open(file)) {
      long at = position + offset;
      while (into.hasRemaining()) {
        int read = channel.read(into, at);
        if (read < 0) {
          throw new EOFException("the file has become shorter");
        }
        at += read;
      }
    } catch (IOException e) {
      throw unreadable(length, e);
    }
  }

  /**
   * Replaces all its bytes in the file, and forces them to disk.
   *
   * @param data of exactly {@link #bytes()} bytes
   * @throws IOException naming the file
   */
  public void overwrite(ByteBuffer data) throws IOException {
    if (data.remaining() != bytes) {
      throw new IllegalArgumentException(
          "%s has %s bytes, not %s".formatted(name, bytes, data.remaining()));
    }
    FileErrors.naming(
        file,
        () -> {
          try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            long at = position;
            while (data.hasRemaining()) {
              at += channel.write(data, at);
            }
            channel.force(true);
          }
        });
  }

  private void checkRange(long offset, int length) {
    if (offset < 0 || length < 0 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(
          "%s has %s bytes: no %s from %s".formatted(name, bytes, length, offset));
    }
  }

  private CheckpointException unreadable(int length, IOException e) {
    return new CheckpointException(
        file.toString(), name, length + " bytes as when it was opened", FileErrors.reason(e));
  }

  /**
   * The value of a tensor with one element.
   *
   * @throws CheckpointException if it has another number of elements, or is not F32, F16 or BF16
   */
  public double readScalar() {
    if (elements() != 1 || !dtype.isWeightType()) {
      throw new CheckpointException(
          file.toString(), name, "one number of F32, F16 or BF16", dtype + Arrays.toString(shape));
    }
    ByteBuffer number = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    read(0, number.limit(dtype.bytes()));
    return switch (dtype) {
      case F32 -> number.getFloat(0);
      case BF16 -> Float.intBitsToFloat(number.getShort(0) << Short.SIZE);
      default -> fromFloat16(number.getShort(0));
    };
  }

  /**
   * Of 1 sign, 5 exponent and 10 mantissa bits; below the smallest exponent without a leading 1.
   */
  private static double fromFloat16(short bits) {
    int exponent = bits >> 10 & 0x1f;
    int mantissa = bits & 0x3ff;
    double size;
    if (exponent == 0x1f) {
      size = mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
    } else {
      size =
          Math.scalb(
              (double) (exponent == 0 ? mantissa : mantissa + 0x400), Math.max(exponent, 1) - 25);
    }
    return bits < 0 ? -size : size;
  }

  /**
   * Reads all elements.
   *
   * @throws CheckpointException if it is not F32
   */
  public HostTensor read() {
    if (dtype != DType.F32) {
      throw new CheckpointException(file.toString(), name, "F32", dtype.name());
    }
    float[] numbers = new float[Math.toIntExact(elements())];
    map(0, Math.toIntExact(bytes)).asFloatBuffer().get(numbers);
    return new HostTensor(shape.clone(), numbers);
  }

  public StoredTensor withName(String other) {
    return new StoredTensor(other, dtype, shape, file, position, bytes);
  }

  public boolean hasShape(long[] other) {
    return Arrays.equals(shape, other);
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(name, dtype, Arrays.toString(shape));
  }
}
