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

/** What memory a placement has, and how it is given back. */
public final class DeviceMemory {
  private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

  private DeviceMemory() {}

  /**
   * Bytes that a program could still have, or empty where nobody says. On a CUDA device that is
   * what the driver has left, without what the engine keeps for itself: ask before the first work.
   */
  public static OptionalLong freeBytes(DevicePlacement placement) {
    return placement.gpu() < 0 ? hostFreeBytes() : gpuFreeBytes(placement);
  }

  /**
   * Gives what the engine keeps for later back to the device; on the processor it keeps nothing.
   */
  public static void releaseCaches(DevicePlacement placement) {
    if (placement.gpu() >= 0) {
      Torch.engine();
      JniUtils.emptyCudaCache();
    }
  }

  private static OptionalLong gpuFreeBytes(DevicePlacement placement) {
    try {
      MemoryUsage usage = CudaUtils.getGpuMemory(placement.djlDevice());
      return OptionalLong.of(usage.getMax() - usage.getUsed());
    } catch (IllegalArgumentException | IllegalStateException e) {
      return OptionalLong.empty(); // libcudart is where libtorch finds it, but not where DJL looks
    }
  }

  private static OptionalLong hostFreeBytes() {
    OptionalLong available = memoryInfo("MemAvailable:");
    OptionalLong machine = memoryInfo("MemTotal:");
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return available;
    }
    // A container's own limit counts too; the page cache is used memory there, which is the safe
    // side. Outside one it must not count, or a machine that has read much would seem full.
    boolean contained = system.getTotalMemorySize() < machine.orElse(Long.MAX_VALUE);
    long most = available.orElse(Long.MAX_VALUE);
    return OptionalLong.of(contained ? Math.min(most, system.getFreeMemorySize()) : most);
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
