package dev.sanaq.torch;

import ai.djl.Device;
import dev.sanaq.torch.host.CpuFeatures;

/**
 * Where a network runs, in what precision, and why.
 *
 * @param gpu the CUDA device's number, or -1 for the processor
 * @param precision what it computes in
 * @param reason why these, for the log
 */
public record DevicePlacement(int gpu, Precision precision, String reason) {
  /** The processor in fp32: what the parity tests run in. */
  public static DevicePlacement cpu(Precision precision) {
    return new DevicePlacement(-1, precision, "asked for");
  }

  Device djlDevice() {
    return gpu < 0 ? Device.cpu() : Device.gpu(gpu);
  }

  /** The device as torch names it: {@code cpu}, {@code cuda:0}. */
  public String torchDevice() {
    return gpu < 0 ? "cpu" : "cuda:" + gpu;
  }

  /** Whether the processor's own kernels serve it, which take weights in a layout of their own. */
  public boolean packsWeights() {
    return gpu < 0
        && switch (precision) {
          case FP32, INT8 -> true;
          case BF16 -> CpuFeatures.hasBf16();
          case FP16 -> false;
        };
  }

  /** What a part computes in that has no 8-bit form: the best that the processor multiplies. */
  public DevicePlacement withoutInt8() {
    if (precision != Precision.INT8) {
      return this;
    }
    return withPrecision(CpuFeatures.hasBf16() ? Precision.BF16 : Precision.FP32);
  }

  /** The processor instead, in this precision or, where it does not multiply bf16, in fp32. */
  public DevicePlacement onCpu() {
    boolean slow = precision == Precision.BF16 && !CpuFeatures.hasBf16();
    return gpu < 0 ? this : new DevicePlacement(-1, slow ? Precision.FP32 : precision, reason);
  }

  /** The same device with another precision. */
  public DevicePlacement withPrecision(Precision other) {
    return new DevicePlacement(gpu, other, reason);
  }
}
