package dev.sanaq.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What memory this process had at most. */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private PeakMemory() {}

  /** The most that was resident, in MiB: on Linux, else 0. */
  static long peakMebibytes() {
    if (!Files.isReadable(STATUS)) {
      return 0;
    }
    try {
      return Files.readAllLines(STATUS).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      return 0; // as where there is no such file
    }
  }
}
