package dev.sanaq.torch;

import dev.sanaq.torch.host.CudaRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The GPUs that the engine can use: it counts them itself, since neither NVIDIA's libraries nor
 * DJL's know what libtorch was built for.
 *
 * @param count of the GPUs
 * @param computeCapability of the first, such as 90; empty without a GPU, or if unknown
 * @param absence why there is none; empty if there is one
 */
record GpuDetection(int count, OptionalInt computeCapability, String absence) {
  /** NVIDIA's kernel driver makes it. */
  private static final Path DRIVER = Path.of("/proc/driver/nvidia");

  /** Asks the engine. */
  static GpuDetection detect() {
    Optional<ScriptProgram> cuda = cudaProgram();
    if (cuda.isEmpty()) {
      return new GpuDetection(0, OptionalInt.empty(), cpuBuild(DRIVER));
    }
    int count = 0;
    try (ScriptProgram program = cuda.get();
        ScriptValue result = program.call("device_count")) {
      count = (int) result.toFloats()[0];
    }
    Optional<CudaRuntime> runtime = CudaRuntime.ofEngine();
    if (count > 0) {
      return new GpuDetection(
          count, runtime.map(CudaRuntime::computeCapability).orElse(OptionalInt.empty()), "");
    }
    return new GpuDetection(
        0,
        OptionalInt.empty(),
        "libtorch is a CUDA build, but finds no GPU"
            + runtime.flatMap(CudaRuntime::whyNoGpu).map(reason -> ": " + reason).orElse(""));
  }

  /** The script of CUDA's operators; empty if the engine has none of them. */
  static Optional<ScriptProgram> cudaProgram() {
    try {
      return Optional.of(
          ScriptProgram.compile(
              GpuDetection.class, "cuda", Map.of(), DevicePlacement.cpu(Precision.FP32)));
    } catch (TorchException e) {
      if (String.valueOf(e.getMessage()).contains("Unknown builtin op")) {
        return Optional.empty();
      }
      throw e;
    }
  }

  static String cpuBuild(Path driver) {
    return Files.exists(driver)
        ? "this machine has an NVIDIA driver, but libtorch is a CPU build; install a CUDA build of"
            + " libtorch "
            + Torch.version()
            + " and set PYTORCH_LIBRARY_PATH, PYTORCH_VERSION and PYTORCH_FLAVOR"
        : "libtorch is a CPU build";
  }
}
