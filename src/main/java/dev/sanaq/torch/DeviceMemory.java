package dev.sanaq.torch;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Free memory of a placement's device, and how to recognise that it ran out. */
public final class DeviceMemory {
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  private DeviceMemory() {}

  /**
   * The free memory in bytes, if known. On a GPU it is what the driver has left, without the
   * engine's own cache, so the value is only useful before the first computation.
   */
  public static OptionalLong freeBytes(DevicePlacement placement) {
    return placement.gpu() < 0 ? hostFreeBytes() : gpuFreeBytes(placement);
  }

  /** Returns the engine's cached memory to the device; on a CPU there is none. */
  public static void releaseCaches(DevicePlacement placement) {
    if (placement.gpu() >= 0) {
      TorchEngine.get();
      JniUtils.emptyCudaCache();
    }
  }

  /** Whether the failure means that the device's memory, or the heap, ran out. */
  public static boolean ranOut(Throwable failure) {
    return failure instanceof OutOfMemoryError
        || (failure instanceof TorchException torch && torch.isOutOfMemory());
  }

  private static OptionalLong gpuFreeBytes(DevicePlacement placement) {
    try {
      MemoryUsage usage = CudaUtils.getGpuMemory(placement.djlDevice());
      return OptionalLong.of(usage.getMax() - usage.getUsed());
    } catch (IllegalArgumentException | IllegalStateException e) {
      return OptionalLong.empty(); // libtorch finds libcudart, but DJL does not
    }
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
