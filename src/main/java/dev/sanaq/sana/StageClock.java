package dev.sanaq.sana;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Sums wall time by stage. */
final class StageClock {
  private final Map<String, Duration> spent = new LinkedHashMap<>();
  private long since = System.nanoTime();

  /** What passed since the last charge belongs to nobody. */
  void resume() {
    since = System.nanoTime();
  }

  /** What passed since the last call belongs to this stage. */
  void charge(String stage) {
    long now = System.nanoTime();
    spent.merge(stage, Duration.ofNanos(now - since), Duration::plus);
    since = now;
  }

  Map<String, Duration> spent() {
    return new LinkedHashMap<>(spent);
  }
}
