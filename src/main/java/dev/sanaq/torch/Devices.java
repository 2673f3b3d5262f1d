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

  /** Products of int8 run beside bf16, which older GPUs do not have. */
  private static final int OLDEST_FOR_INT8 = AMPERE_CAPABILITY;

  /**
   * Tensor cores for FP8 came with Ada (8.9). libtorch 2.7.1 has kernels with a scale for each row
   * for 8.9, 9.0 and 10.0.
   */
  private static final int OLDEST_FOR_FP8 = 89;

  private static final int NEWEST_FOR_FP8 = 100;

  private Devices() {}

  /**
   * Chooses a placement.
   *
   * @param device auto (a GPU if the engine can use one), cpu or cuda
   * @param precision auto (the fastest of 16 and 32 bits that the device supports), fp32, bf16,
   *     fp16, int8 or, on a GPU, fp8
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
          "the GPU has compute capability %s, and libtorch %s runs on 7.5 (Turing) and newer"
              .formatted(version(capability), Torch.version()));
    }
    return Optional.empty();
  }

  private static DevicePlacement gpu(String precision, GpuDetection gpus) {
    OptionalInt capability = gpus.computeCapability();
    if (!precision.equals("auto")) {
      Precision requested = Precision.of(precision);
      requireSupported(requested, capability);
      return DevicePlacement.gpu(requested, "GPU found; precision requested");
    }
    if (capability.isEmpty()) {
      return DevicePlacement.gpu(Precision.BF16, "GPU found, its compute capability is unknown");
    }
    return capability.getAsInt() >= AMPERE_CAPABILITY
        ? DevicePlacement.gpu(Precision.BF16, "GPU with bf16 found")
        : DevicePlacement.gpu(Precision.FP16, "GPU without bf16 found");
  }

  /** If the capability is unknown, libtorch itself refuses what the GPU does not have. */
  private static void requireSupported(Precision precision, OptionalInt capability) {
    if (precision == Precision.INT8 && capability.orElse(OLDEST_FOR_INT8) < OLDEST_FOR_INT8) {
      throw refused(precision, version(OLDEST_FOR_INT8) + " or newer", capability);
    }
    int actual = capability.orElse(OLDEST_FOR_FP8);
    if (precision == Precision.FP8 && (actual < OLDEST_FOR_FP8 || actual > NEWEST_FOR_FP8)) {
      throw refused(
          precision, version(OLDEST_FOR_FP8) + " to " + version(NEWEST_FOR_FP8), capability);
    }
  }

  private static IllegalArgumentException refused(
      Precision precision, String needed, OptionalInt capability) {
    int actual = capability.orElseThrow();
    return new IllegalArgumentException(
        "precision %s needs a GPU of compute capability %s, and this one has %s; use %s"
            .formatted(
                precision.label(),
                needed,
                version(actual),
                actual >= AMPERE_CAPABILITY ? "int8 or bf16" : "fp16"));
  }

  private static String version(int capability) {
    return capability / 10 + "." + capability % 10;
  }

  private static DevicePlacement cpu(String precision, String why) {
    if (precision.equals(Precision.FP8.label())) {
      throw new IllegalArgumentException(
          "precision fp8 is only for GPUs, and the device is the CPU (%s); use int8, bf16 or fp32"
              .formatted(why));
    }
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
