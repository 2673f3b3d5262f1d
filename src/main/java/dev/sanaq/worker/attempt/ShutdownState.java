package dev.sanaq.worker.attempt;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Shutdown flag with a deadline. Any number of threads. */
public final class ShutdownState {
  private volatile @Nullable Long deadlineNanos;
  private volatile boolean forced;

  /**
   * Starts the shutdown.
   *
   * @param grace how long running jobs may take to finish
   */
  public void start(Duration grace) {
    deadlineNanos = System.nanoTime() + grace.toNanos();
  }

  public boolean isStarted() {
    return deadlineNanos != null;
  }

  /** The deadline has passed: nothing is awaited any more. */
  public void force() {
    forced = true;
  }

  public boolean isForced() {
    return forced;
  }

  /** Whether the shutdown has started and work of this duration would not finish in time. */
  public boolean exceedsGrace(Duration needed) {
    Long deadline = deadlineNanos;
    return deadline != null && System.nanoTime() + needed.toNanos() - deadline > 0;
  }
}
