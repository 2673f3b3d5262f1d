package dev.sanaq.torch;

import ai.djl.Device;
import dev.sanaq.torch.host.CpuFeatures;

/**
 * The device and the precision that a network runs in.
 *
 * @param gpu index of the CUDA device, or -1 for the CPU
 * @param precision of the computation
 * @param reason for the choice, for the log
 */
public record DevicePlacement(int gpu, Precision precision, String reason) {
  /** The CPU, in the given precision. */
  public static DevicePlacement cpu(Precision precision) {
    return new DevicePlacement(-1, precision, "requested");
  }

  Device djlDevice() {
    return gpu < 0 ? Device.cpu() : Device.gpu(gpu);
  }

  /** The device's name in torch: {@code cpu}, {@code cuda:0}. */
  public String torchDevice() {
    return gpu < 0 ? "cpu" : "cuda:" + gpu;
  }

  /** Whether the weights are packed for the CPU's kernels. */
  public boolean packsWeights() {
    return gpu < 0
        && switch (precision) {
          case FP32, INT8 -> true;
          case BF16 -> CpuFeatures.hasBf16();
          case FP16 -> false;
        };
  }

  /** For networks without an int8 form: bf16 if the CPU supports it, else fp32, instead of int8. */
  public DevicePlacement withoutInt8() {
    if (precision != Precision.INT8) {
      return this;
    }
    return withPrecision(CpuFeatures.hasBf16() ? Precision.BF16 : Precision.FP32);
  }

  /** The CPU, in this precision; bf16 becomes fp32 if the CPU does not support it. */
  public DevicePlacement onCpu() {
    boolean emulated = precision == Precision.BF16 && !CpuFeatures.hasBf16();
    return gpu < 0 ? this : new DevicePlacement(-1, emulated ? Precision.FP32 : precision, reason);
  }

  /** The same device with another precision. */
  public DevicePlacement withPrecision(Precision other) {
    return new DevicePlacement(gpu, other, reason);
  }
}
