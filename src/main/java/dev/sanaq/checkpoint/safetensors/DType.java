package dev.sanaq.checkpoint.safetensors;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How numbers lie in a safetensors file: little endian, named as the format names them. */
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

  /** Bytes a number takes. */
  public int bytes() {
    return bytes;
  }

  /** Whether a model's weights may be stored so: F32, F16 and BF16 may. */
  public boolean isWeightType() {
    return this == F32 || this == F16 || this == BF16;
  }

  public static @Nullable DType byName(String name) {
    return BY_NAME.get(name);
  }
}
