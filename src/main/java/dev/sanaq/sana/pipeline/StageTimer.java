package dev.sanaq.sana.pipeline;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sums the wall time of each stage of an entry. */
final class StageTimer {
  private final Map<String, Duration> totals = new LinkedHashMap<>();
  private long startNanos = System.nanoTime();

  /** Starts a stage; the time since the last one counts for none. */
  void start() {
    startNanos = System.nanoTime();
  }

  /** Adds the time since the last call to this stage. */
  void record(String stage) {
    long now = System.nanoTime();
    totals.merge(stage, Duration.ofNanos(now - startNanos), Duration::plus);
    startNanos = now;
  }

  Map<String, Duration> totals() {
    return new LinkedHashMap<>(totals);
  }
}
