package dev.sanaq.worker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether and by when the worker is to stop. Any number of threads. */
final class Leaving {
  private volatile @Nullable Long by;

  /** It is to stop, and has so long. */
  void begin(Duration grace) {
    by = System.nanoTime() + grace.toNanos();
  }

  boolean hasBegun() {
    return by != null;
  }

  /** Whether work that needs so much longer would not end in time. */
  boolean isTooLongFor(Duration needed) {
    Long until = by;
    return until != null && System.nanoTime() + needed.toNanos() - until > 0;
  }
}
