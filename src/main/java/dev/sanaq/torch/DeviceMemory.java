package dev.sanaq.torch;

import ai.djl.engine.EngineException;
import ai.djl.pytorch.jni.JniUtils;
import com.sun.management.OperatingSystemMXBean;
import dev.sanaq.torch.host.CudaRuntime;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/** Free memory of a placement's device, and how to recognise that it ran out. */
public final class DeviceMemory {
  private static final Logger LOG = Logger.getLogger(DeviceMemory.class);
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  /**
   * Some of CUDA's kernels index with 32 bits, and in some releases of libtorch they give wrong
   * values beyond (pytorch #141831): on a GPU no tensor has more elements.
   */
  public static final long MAX_TENSOR_ELEMENTS = Integer.MAX_VALUE;

  private DeviceMemory() {}

  /**
   * The free memory in bytes, if known. On a GPU it is what the driver has left, without the
   * engine's own cache, so the value is only useful before the first computation.
   */
  public static OptionalLong freeBytes(DevicePlacement placement) {
    return placement.isGpu() ? gpuFreeBytes() : hostFreeBytes();
  }

  /** Returns the engine's cached memory to the device; on a CPU there is none. */
  public static void releaseCaches(DevicePlacement placement) {
    if (placement.isGpu()) {
      TorchEngine.get();
      try {
        JniUtils.emptyCudaCache();
      } catch (EngineException e) {
        LOG.warnf("cannot release the GPU's cached memory: %s", e.getMessage());
      }
    }
  }

  /** Whether the failure means that the device's memory, or the heap, ran out. */
  public static boolean ranOut(Throwable failure) {
    return failure instanceof OutOfMemoryError
        || (failure instanceof TorchException torch && torch.isOutOfMemory());
  }

  private static OptionalLong gpuFreeBytes() {
    TorchEngine.get();
    return CudaRuntime.ofEngine().map(CudaRuntime::freeBytes).orElse(OptionalLong.empty());
  }

  private static OptionalLong hostFreeBytes() {
    OptionalLong available = memoryInfo("MemAvailable:");
    OptionalLong machine = memoryInfo("MemTotal:");
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return available;
    }
    // Inside a container its limit counts too, where the page cache counts as used: an
    // underestimate, which is safe. Outside, MemAvailable alone counts, without the page cache.
    boolean contained = system.getTotalMemorySize() < machine.orElse(Long.MAX_VALUE);
    long max = available.orElse(Long.MAX_VALUE);
    return OptionalLong.of(contained ? Math.min(max, system.getFreeMemorySize()) : max);
  }

  private static OptionalLong memoryInfo(String key) {
    if (!Files.isReadable(MEMORY_INFO)) {
      return OptionalLong.empty(); // not Linux
    }
    try {
      List<String> lines = Files.readAllLines(MEMORY_INFO);
      return lines.stream()
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst();
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
