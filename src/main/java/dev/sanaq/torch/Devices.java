package dev.sanaq.torch;

import dev.sanaq.torch.host.CpuFeatures;
import dev.sanaq.torch.host.MallocTuning;
import java.util.Optional;
import java.util.OptionalInt;

/** Chooses the device and the precision. */
public final class Devices {
  private static final int AMPERE_CAPABILITY = 80;

  /** The CUDA build of libtorch 2.7.1 has no kernels for older GPUs, such as the V100 (70). */
  private static final int OLDEST_CAPABILITY = 75;

  private Devices() {}

  /**
   * Chooses a placement.
   *
   * @param device auto (a GPU if the engine can use one), cpu or cuda
   * @param precision auto (the fastest that the device supports), fp32, bf16, fp16 or, on a CPU,
   *     int8
   * @throws IllegalArgumentException if an option is unknown or the device does not support it
   */
  public static DevicePlacement choose(String device, String precision) {
    return device.equals("cpu")
        ? cpu(precision, "requested")
        : choose(device, precision, GpuDetection.detect());
  }

  static DevicePlacement choose(String device, String precision, GpuDetection gpus) {
    Optional<String> unusable = whyUnusable(gpus);
    return switch (device) {
      case "auto" -> unusable.map(why -> cpu(precision, why)).orElseGet(() -> gpu(precision, gpus));
      case "cuda" -> {
        if (unusable.isPresent()) {
          throw new IllegalArgumentException(
              "device cuda: %s; or use device cpu".formatted(unusable.get()));
        }
        yield gpu(precision, gpus);
      }
      default ->
          throw new IllegalArgumentException(
              "unknown device \"" + device + "\"; known: auto, cpu, cuda");
    };
  }

  private static Optional<String> whyUnusable(GpuDetection gpus) {
    if (gpus.count() == 0) {
      return Optional.of(gpus.absence());
    }
    int capability = gpus.computeCapability().orElse(OLDEST_CAPABILITY);
    if (capability < OLDEST_CAPABILITY) {
      return Optional.of(
          "the GPU has compute capability %s.%s, and libtorch %s runs on 7.5 (Turing) and newer"
              .formatted(capability / 10, capability % 10, Torch.version()));
    }
    return Optional.empty();
  }

  private static DevicePlacement gpu(String precision, GpuDetection gpus) {
    if (precision.equals(Precision.INT8.label())) {
      throw new IllegalArgumentException(
          "precision int8 is only for the CPU; use device cpu, or bf16 or fp16 on the GPU");
    }
    if (!precision.equals("auto")) {
      return DevicePlacement.gpu(Precision.of(precision), "GPU found; precision requested");
    }
    OptionalInt capability = gpus.computeCapability();
    if (capability.isEmpty()) {
      return DevicePlacement.gpu(Precision.BF16, "GPU found, its compute capability is unknown");
    }
    return capability.getAsInt() >= AMPERE_CAPABILITY
        ? DevicePlacement.gpu(Precision.BF16, "GPU with bf16 found")
        : DevicePlacement.gpu(Precision.FP16, "GPU without bf16 found");
  }

  private static DevicePlacement cpu(String precision, String why) {
    MallocTuning.retainFreedMemory(); // on a GPU tensors are not malloc's
    if (!precision.equals("auto")) {
      return DevicePlacement.cpu(Precision.of(precision), "cpu: " + why + "; precision requested");
    }
    return CpuFeatures.hasBf16()
        ? DevicePlacement.cpu(Precision.BF16, "cpu: " + why + "; the CPU supports bf16")
        : DevicePlacement.cpu(
            Precision.FP32, "cpu: " + why + "; the CPU has neither AMX nor AVX512-BF16");
  }
}
