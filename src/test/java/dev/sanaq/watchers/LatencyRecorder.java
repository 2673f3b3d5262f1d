package dev.sanaq.watchers;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Measured latencies. Thread-safe. */
final class LatencyRecorder {
  private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();

  void add(long latencyNanos) {
    nanos.add(latencyNanos);
  }

  int count() {
    return nanos.size();
  }

  /** Returns a quantile (0 to 1) in milliseconds, or NaN without measurements. */
  double quantile(double quantile) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(quantile * sorted.length) - 1)] / 1e6;
  }
}
