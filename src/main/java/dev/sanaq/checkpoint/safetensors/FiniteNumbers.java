package dev.sanaq.checkpoint.safetensors;

import dev.sanaq.checkpoint.ProblemCollector;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Objects;

/**
 * Finds NaN and infinite numbers in stored tensors: those whose exponent has every bit set. Reads
 * every byte, which takes seconds for a large model.
 */
public final class FiniteNumbers {
  private static final int CHUNK_BYTES = 1 << 20;

  /** The bits of the exponent, in each number of 8 bytes. */
  private static final Map<DType, Long> EXPONENTS =
      Map.of(
          DType.F32, 0x7f80_0000_7f80_0000L,
          DType.BF16, 0x7f80_7f80_7f80_7f80L,
          DType.F16, 0x7c00_7c00_7c00_7c00L);

  private FiniteNumbers() {}

  /** Adds a problem for each tensor that holds such a number. Types other than weights' pass. */
  public static void check(TensorIndex tensors, ProblemCollector problems) {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (StoredTensor tensor : tensors.all()) {
      long index = tensor.dtype().isWeightType() ? firstNotFinite(tensor, chunk) : -1;
      if (index >= 0) {
        problems.add(
            tensor.file().toString(),
            tensor.name(),
            "finite numbers",
            "NaN or infinity at element " + index);
      }
    }
  }

  /** The index of the first such element; -1 if there is none. */
  private static long firstNotFinite(StoredTensor tensor, ByteBuffer chunk) {
    for (long at = 0; at < tensor.bytes(); at += CHUNK_BYTES) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, tensor.bytes() - at));
      tensor.read(at, chunk);
      int found = firstNotFinite(tensor.dtype(), chunk.flip());
      if (found >= 0) {
        return at / tensor.dtype().bytes() + found;
      }
    }
    return -1;
  }

  private static int firstNotFinite(DType type, ByteBuffer bytes) {
    long exponents = Objects.requireNonNull(EXPONENTS.get(type));
    long ones = type == DType.F32 ? 0x0000_0001_0000_0001L : 0x0001_0001_0001_0001L;
    long highs = ones << (type.bytes() * Byte.SIZE - 1);
    int at = 0;
    for (; at + Long.BYTES <= bytes.limit(); at += Long.BYTES) {
      // Zero where a number's exponent has every bit set; the subtraction borrows from its high
      // bit.
      long unset = ~bytes.getLong(at) & exponents;
      if ((unset - ones & ~unset & highs) != 0) {
        break;
      }
    }
    for (; at < bytes.limit(); at += type.bytes()) {
      long number = type == DType.F32 ? bytes.getInt(at) : bytes.getShort(at);
      long exponent = exponents & (1L << type.bytes() * Byte.SIZE) - 1;
      if ((number & exponent) == exponent) {
        return at / type.bytes();
      }
    }
    return -1;
  }
}
