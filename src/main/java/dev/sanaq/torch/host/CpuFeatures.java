package dev.sanaq.torch.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/** What {@code /proc/cpuinfo} says about this machine's CPU. Stateless. */
public final class CpuFeatures {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** CPUs with one of these multiply bfloat16 in hardware; emulation is far slower. */
  private static final Set<String> BF16_FLAGS = Set.of("amx_bf16", "avx512_bf16");

  /** CPUs with one of these add 8-bit products in 32 bits; without it only 7 bits are safe. */
  private static final Set<String> VNNI_FLAGS = Set.of("amx_int8", "avx512_vnni", "avx_vnni");

  private CpuFeatures() {}

  /** Whether the CPU multiplies bfloat16 in hardware. */
  public static boolean hasBf16() {
    return hasAnyFlag(BF16_FLAGS);
  }

  /** Whether the CPU adds products of 8-bit numbers without overflow. */
  public static boolean hasVnni() {
    return hasAnyFlag(VNNI_FLAGS);
  }

  private static boolean hasAnyFlag(Set<String> flags) {
    if (!Files.isReadable(CPU_INFO)) {
      return false; // not Linux; the code path without the feature works everywhere
    }
    try {
      return Files.readAllLines(CPU_INFO).stream()
          .filter(line -> line.startsWith("flags"))
          .limit(1)
          .flatMap(line -> Arrays.stream(line.split("\\s+")))
          .anyMatch(flags::contains);
    } catch (IOException e) {
      return false; // as above
    }
  }

  /**
   * The number of physical cores: hyper-threads of one core count once. Where the system does not
   * say, the number of processors available to the JVM.
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
