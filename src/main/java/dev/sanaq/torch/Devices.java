package dev.sanaq.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import dev.sanaq.torch.host.CpuFeatures;

/** Chooses the device and the precision. */
public final class Devices {
  private static final int AMPERE_CAPABILITY = 80;

  private Devices() {}

  /**
   * Chooses a placement.
   *
   * @param device auto (a GPU if the engine finds one), cpu or cuda
   * @param precision auto (the fastest that the device supports), fp32, bf16, fp16 or, on a CPU,
   *     int8
   * @throws IllegalArgumentException if an option is unknown or the device does not support it
   */
  public static DevicePlacement choose(String device, String precision) {
    int gpus = Torch.gpuCount();
    return switch (device) {
      case "auto" -> gpus > 0 ? gpu(precision) : cpu(precision, "the engine finds no GPU");
      case "cpu" -> cpu(precision, "requested");
      case "cuda" -> {
        if (gpus == 0) {
          throw new IllegalArgumentException(
              "device cuda: the engine (libtorch "
                  + Torch.version()
                  + ") finds no GPU; install the CUDA build of libtorch or use device cpu");
        }
        yield gpu(precision);
      }
      default ->
          throw new IllegalArgumentException(
              "unknown device \"" + device + "\"; known: auto, cpu, cuda");
    };
  }

  private static DevicePlacement gpu(String precision) {
    if (precision.equals(Precision.INT8.label())) {
      throw new IllegalArgumentException(
          "precision int8 is only for the CPU; use device cpu, or bf16 or fp16 on the GPU");
    }
    if (!precision.equals("auto")) {
      return new DevicePlacement(0, Precision.of(precision), "GPU found; precision requested");
    }
    int capability = Integer.parseInt(CudaUtils.getComputeCapability(Device.gpu(0).getDeviceId()));
    return capability >= AMPERE_CAPABILITY
        ? new DevicePlacement(0, Precision.BF16, "GPU with bf16 found")
        : new DevicePlacement(0, Precision.FP16, "GPU without bf16 found");
  }

  private static DevicePlacement cpu(String precision, String why) {
    if (!precision.equals("auto")) {
      return new DevicePlacement(
          -1, Precision.of(precision), "cpu: " + why + "; precision requested");
    }
    return CpuFeatures.hasBf16()
        ? new DevicePlacement(-1, Precision.BF16, "cpu: " + why + "; the CPU supports bf16")
        : new DevicePlacement(
            -1, Precision.FP32, "cpu: " + why + "; the CPU has neither AMX nor AVX512-BF16");
  }
}
