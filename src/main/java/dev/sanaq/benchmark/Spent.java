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
record Spent(double seconds, double cpuSeconds) {
  /** A moment to measure from. */
  record Moment(long nanos, long cpuNanos) {
    static Moment now() {
      return new Moment(System.nanoTime(), cpu());
    }

    Spent since() {
      Moment now = now();
      return new Spent((now.nanos - nanos) / 1e9, (now.cpuNanos - cpuNanos) / 1e9);
    }

    private static long cpu() {
      return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
          ? system.getProcessCpuTime()
          : 0;
    }
  }

  Spent minus(Spent other) {
    return new Spent(
        Math.max(0, seconds - other.seconds), Math.max(0, cpuSeconds - other.cpuSeconds));
  }
}
