package dev.sanaq.testing.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/** The machine and the day of a measurement, for the pages of results. */
public final class MachineInfo {
  private MachineInfo() {}

  /** Returns the day, the number of cores and the load average. */
  public static String summary() {
    return "%s, %s cores, load average %s at the end."
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            loadAverage());
  }

  /** Returns the day, cores, processor, memory, JDK and load average. */
  public static String details() {
    return "%s: %s cores (%s), %s memory, %s %s, load average %s at the end."
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            value("/proc/cpuinfo", "model name"),
            value("/proc/meminfo", "MemTotal"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.version"),
            loadAverage());
  }

  private static String loadAverage() {
    return lines("/proc/loadavg").map(line -> line.split(" ")[0]).findFirst().orElse("unknown");
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
