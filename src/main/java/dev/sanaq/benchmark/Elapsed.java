package dev.sanaq.benchmark;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * An elapsed time.
 *
 * @param seconds wall time
 * @param cpuSeconds CPU time of all threads of this process; far below cores times seconds if other
 *     processes used the CPU
 */
record Elapsed(double seconds, double cpuSeconds) {
  /** The start of a measurement. */
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
