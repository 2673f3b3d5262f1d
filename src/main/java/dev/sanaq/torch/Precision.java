package dev.sanaq.torch;

import java.util.Locale;

/** The number type of a network's computation. Statistics and sums are always in fp32. */
public enum Precision {
  FP32(6, 4),
  BF16(15, 2),
  FP16(5, 2),
  /** Matrix products of the transformer in 8-bit whole numbers; the rest in another precision. */
  INT8(1, 1),
  /**
   * Matrix products of the transformer in 8-bit floating point (e4m3), on a GPU; the rest in bf16.
   */
  FP8(24, 1);

  private final int scalarType;
  private final int bytes;

  Precision(int scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** TorchScript's number of this type ({@code c10::ScalarType}). */
  public int scalarType() {
    return scalarType;
  }

  /**
   * Whether only matrix products of the transformer have this type: see {@link
   * DevicePlacement#basePrecision}.
   */
  public boolean isEightBit() {
    return this == INT8 || this == FP8;
  }

  /** Bytes per element. */
  public int bytes() {
    return bytes;
  }

  /** The name in options and messages: fp32, bf16, fp16, int8, fp8. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision with this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  public static Precision of(String label) {
    for (Precision precision : values()) {
      if (precision.label().equals(label)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "unknown precision \"%s\"; known: auto, fp32, bf16, fp16, int8, fp8".formatted(label));
  }
}
