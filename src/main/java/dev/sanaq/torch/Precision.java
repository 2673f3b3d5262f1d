package dev.sanaq.torch;

import java.util.Locale;

/** The number type that a network computes in. Statistics and sums are in fp32 whichever it is. */
public enum Precision {
  FP32(6, 4),
  BF16(15, 2),
  FP16(5, 2),
  /**
   * The transformer's products in 8 bits with sums in fp32, which is also what lies between them.
   */
  INT8(6, 4);

  private final int scalarType;
  private final int bytes;

  Precision(int scalarType, int bytes) {
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** The number that TorchScript calls this type by ({@code c10::ScalarType}). */
  public int scalarType() {
    return scalarType;
  }

  /** Bytes an element. */
  public int bytes() {
    return bytes;
  }

  /** The name in options and messages: fp32, bf16, fp16, int8. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * The precision of that name.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Precision of(String label) {
    for (Precision precision : values()) {
      if (precision.label().equals(label)) {
        return precision;
      }
    }
    throw new IllegalArgumentException(
        "unknown precision \"%s\"; known: auto, fp32, bf16, fp16, int8".formatted(label));
  }
}
