package dev.sanaq.torch;

import ai.djl.Device;
import dev.sanaq.torch.host.CpuFeatures;

/**
 * The device and the precision that a network runs in.
 *
 * @param gpu index of the CUDA device, {@value #CPU} for the CPU
 * @param precision of the computation
 * @param kernels that the networks compute with
 * @param reason for the choice, for the log
 */
public record DevicePlacement(int gpu, Precision precision, Kernels kernels, String reason) {
  private static final int CPU = -1;

  /** What a network computes with. */
  public enum Kernels {
    /** Weights packed for the CPU's kernels, in chunks that fit into its caches. */
    PACKED,
    /** Operators that every device has, on whole tensors: what a GPU runs. */
    PLAIN
  }

  /** The CPU, in the given precision. */
  public static DevicePlacement cpu(Precision precision) {
    return cpu(precision, "requested");
  }

  static DevicePlacement cpu(Precision precision, String reason) {
    return new DevicePlacement(CPU, precision, Kernels.PACKED, reason);
  }

  /**
   * The first GPU that the process sees; {@code CUDA_VISIBLE_DEVICES} chooses another.
   *
   * @param reason for the choice
   */
  public static DevicePlacement gpu(Precision precision, String reason) {
    return new DevicePlacement(0, precision, Kernels.PLAIN, reason);
  }

  /** The same device and precision with other kernels. */
  public DevicePlacement withKernels(Kernels other) {
    return new DevicePlacement(gpu, precision, other, reason);
  }

  /** Whether it is a GPU. */
  public boolean isGpu() {
    return gpu >= 0;
  }

  Device djlDevice() {
    return isGpu() ? Device.gpu(gpu) : Device.cpu();
  }

  /** The device's name in torch: {@code cpu}, {@code cuda:0}. */
  public String torchDevice() {
    return isGpu() ? "cuda:" + gpu : "cpu";
  }

  /** Whether the weights are packed for the CPU's kernels. */
  public boolean packsWeights() {
    return kernels == Kernels.PACKED
        && switch (precision) {
          case FP32, INT8 -> true;
          case BF16 -> CpuFeatures.hasBf16();
          case FP16, FP8 -> false;
        };
  }

  /**
   * The type of all tensors, except for the weights and inputs of 8-bit products: beside those fp32
   * with packed kernels, and bf16 with plain ones.
   */
  public Precision basePrecision() {
    if (!precision.isEightBit()) {
      return precision;
    }
    return kernels == Kernels.PACKED ? Precision.FP32 : Precision.BF16;
  }

  /**
   * For networks without 8-bit products: bf16 instead, or fp32 on a CPU that does not support it.
   */
  public DevicePlacement withoutEightBit() {
    if (!precision.isEightBit()) {
      return this;
    }
    return withPrecision(isGpu() || CpuFeatures.hasBf16() ? Precision.BF16 : Precision.FP32);
  }

  /** The CPU, in this precision; bf16 becomes fp32 if the CPU does not support it. */
  public DevicePlacement onCpu() {
    boolean emulated = precision == Precision.BF16 && !CpuFeatures.hasBf16();
    return isGpu() ? cpu(emulated ? Precision.FP32 : precision, reason) : this;
  }

  /** The same device with another precision. */
  public DevicePlacement withPrecision(Precision other) {
    return new DevicePlacement(gpu, other, kernels, reason);
  }
}
