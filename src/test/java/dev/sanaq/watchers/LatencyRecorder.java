package dev.sanaq.watchers;

import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Measured times. Any number of threads. */
final class LatencyRecorder {
  private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();

  void add(long time) {
    nanos.add(time);
  }

  int count() {
    return nanos.size();
  }

  /** Milliseconds that so large a part of them took at most. */
  double quantile(double part) {
    long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? Double.NaN
        : sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)] / 1e6;
  }
}
