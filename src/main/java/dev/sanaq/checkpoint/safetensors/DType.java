package dev.sanaq.checkpoint.safetensors;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The number types of the safetensors format, by the format's names; little endian. */
public enum DType {
  F32(4),
  F16(2),
  BF16(2),
  F64(8),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U64(8),
  U32(4),
  U16(2),
  U8(1),
  BOOL(1),
  F8_E4M3(1),
  F8_E5M2(1);

  private static final Map<String, DType> BY_NAME =
      Arrays.stream(values()).collect(Collectors.toMap(DType::name, Function.identity()));

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** Whether weights may have this type: F32, F16 or BF16. */
  public boolean isWeightType() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** The type of that name, or null. */
  public static @Nullable DType byName(String name) {
    return BY_NAME.get(name);
  }
}
