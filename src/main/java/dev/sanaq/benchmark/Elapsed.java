package dev.sanaq.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Time that something took.
 *
 * @param seconds by the clock
 * @param cpuSeconds of the processor, all threads of this process together: where that is far below
 *     cores times seconds, somebody else had the processor
 */
record Elapsed(double seconds, double cpuSeconds) {
  /** A moment to measure from. */
  record Stopwatch(long nanos, long cpuNanos) {
    static Stopwatch start() {
      return new Stopwatch(System.nanoTime(), processCpuNanos());
    }

    Elapsed elapsed() {
      Stopwatch now = start();
      return new Elapsed((now.nanos - nanos) / 1e9, (now.cpuNanos - cpuNanos) / 1e9);
    }

    private static long processCpuNanos() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : 0;
    }
  }

  Elapsed minus(Elapsed other) {
    return new Elapsed(
        Math.max(0, seconds - other.seconds), Math.max(0, cpuSeconds - other.cpuSeconds));
  }
}
