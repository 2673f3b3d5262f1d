package dev.sanaq.sana.pipeline;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sums wall time by stage. */
final class StageTimer {
  private final Map<String, Duration> totals = new LinkedHashMap<>();
  private long startNanos = System.nanoTime();

  /** What passed since the last charge belongs to nobody. */
  void start() {
    startNanos = System.nanoTime();
  }

  /** What passed since the last call belongs to this stage. */
  void record(String stage) {
    long now = System.nanoTime();
    totals.merge(stage, Duration.ofNanos(now - startNanos), Duration::plus);
    startNanos = now;
  }

  Map<String, Duration> totals() {
    return new LinkedHashMap<>(totals);
  }
}
