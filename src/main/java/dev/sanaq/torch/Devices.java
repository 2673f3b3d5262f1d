package dev.sanaq.torch;

import ai.djl.Device;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** Chooses where to run and in what precision, and says why. */
public final class Devices {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** Flags of processors that multiply bfloat16 in hardware; without one it is far slower. */
  private static final Set<String> BF16_FLAGS = Set.of("amx_bf16", "avx512_bf16");

  /** Flags of processors that add products of 8 bits in 32: without one 7 bits are safe. */
  private static final Set<String> VNNI_FLAGS = Set.of("amx_int8", "avx512_vnni", "avx_vnni");

  private static final int AMPERE_CAPABILITY = 80;

  private Devices() {}

  /**
   * The placement for these wishes.
   *
   * @param device auto, cpu or cuda
   * @param precision auto, fp32, bf16, fp16 or, on the processor, int8
   * @throws IllegalArgumentException where a wish is unknown or the device has no such thing
   */
  public static DevicePlacement choose(String device, String precision) {
    int gpus = Torch.gpuCount();
    return switch (device) {
      case "auto" -> gpus > 0 ? gpu(precision) : cpu(precision, "the engine sees no GPU");
      case "cpu" -> cpu(precision, "asked for");
      case "cuda" -> {
        if (gpus == 0) {
          throw new IllegalArgumentException(
              "device cuda was asked for, but the engine (libtorch "
                  + Torch.version()
                  + ") sees no GPU; install CUDA's libtorch or use device cpu");
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
          "precision int8 is for the processor: use device cpu, or bf16 or fp16 on the GPU");
    }
    if (!precision.equals("auto")) {
      return new DevicePlacement(0, Precision.of(precision), "a GPU is there; precision asked for");
    }
    int capability = Integer.parseInt(CudaUtils.getComputeCapability(Device.gpu(0).getDeviceId()));
    return capability >= AMPERE_CAPABILITY
        ? new DevicePlacement(0, Precision.BF16, "a GPU with bf16 is there")
        : new DevicePlacement(0, Precision.FP16, "a GPU without bf16 is there");
  }

  private static DevicePlacement cpu(String precision, String why) {
    if (!precision.equals("auto")) {
      return new DevicePlacement(
          -1, Precision.of(precision), "cpu: " + why + "; precision asked for");
    }
    return cpuHasBf16()
        ? new DevicePlacement(-1, Precision.BF16, "cpu: " + why + "; the processor multiplies bf16")
        : new DevicePlacement(
            -1, Precision.FP32, "cpu: " + why + "; the processor has neither AMX nor AVX512-BF16");
  }

  /** Whether the processor multiplies bfloat16 itself. */
  public static boolean cpuHasBf16() {
    return cpuHasAnyFlag(BF16_FLAGS);
  }

  /** Whether the processor adds products of 8-bit numbers without overflow. */
  public static boolean cpuHasVnni() {
    return cpuHasAnyFlag(VNNI_FLAGS);
  }

  private static boolean cpuHasAnyFlag(Set<String> wanted) {
    if (!Files.isReadable(CPU_INFO)) {
      return false; // not Linux: what needs none of them is right everywhere
    }
    try {
      return Files.readAllLines(CPU_INFO).stream()
          .filter(line -> line.startsWith("flags"))
          .limit(1)
          .flatMap(line -> Arrays.stream(line.split("\\s+")))
          .anyMatch(wanted::contains);
    } catch (IOException e) {
      return false; // as above
    }
  }

  /**
   * Cores that compute: hardware threads that share one count once. Where the system does not say,
   * every processor that the JVM may use.
   */
  public static int physicalCores() {
    int processors = Runtime.getRuntime().availableProcessors();
    if (!Files.isReadable(CPU_INFO)) {
      return processors;
    }
    try {
      Set<String> cores = new HashSet<>();
      String socket = "";
      for (String line : Files.readAllLines(CPU_INFO)) {
        if (line.startsWith("physical id")) {
          socket = line;
        } else if (line.startsWith("core id")) {
          cores.add(socket + line);
        }
      }
      return cores.isEmpty() ? processors : Math.min(cores.size(), processors);
    } catch (IOException e) {
      return processors;
    }
  }
}
