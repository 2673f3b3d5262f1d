package dev.sanaq.overhead;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/** What the numbers were measured on. */
final class MachineInfo {
  private MachineInfo() {}

  /** Cores, processor, memory, JDK, the day, and how much else ran. */
  static String describe() {
    return "%d cores of %s, %s memory, %s %s, on %s; load average at the end %s. Everything ran on this machine: worker, broker, storage and the load itself."
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            value("/proc/cpuinfo", "model name"),
            value("/proc/meminfo", "MemTotal"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.version"),
            LocalDate.now(ZoneOffset.UTC),
            lines("/proc/loadavg").map(line -> line.split(" ")[0]).findFirst().orElse("unknown"));
  }

  private static String value(String file, String key) {
    return lines(file)
        .filter(line -> line.startsWith(key))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse("unknown");
  }

  private static Stream<String> lines(String file) {
    try {
      return Files.readAllLines(Path.of(file)).stream();
    } catch (IOException e) {
      return List.<String>of().stream();
    }
  }
}
