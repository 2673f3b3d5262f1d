package dev.sanaq.worker.attempt;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether and by when the worker is to stop. Any number of threads. */
public final class ShutdownState {
  private volatile @Nullable Long deadlineNanos;

  /** It is to stop, and has so long. */
  public void start(Duration grace) {
    deadlineNanos = System.nanoTime() + grace.toNanos();
  }

  public boolean isStarted() {
    return deadlineNanos != null;
  }

  /** Whether work that needs so much longer would not end in time. */
  public boolean exceedsGrace(Duration needed) {
    Long until = deadlineNanos;
    return until != null && System.nanoTime() + needed.toNanos() - until > 0;
  }
}
