package dev.sanaq.worker.run;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Notices an engine that is stuck: a drawing that has not done a step for too long. Any thread. */
public final class InferenceWatchdog {
  private static final Instant IDLE = Instant.MAX;

  private final Clock clock;
  private final Duration stallTimeout;
  private volatile Instant lastHeartbeat = IDLE;

  /**
   * @param clock tells the time
   * @param patience how long a drawing may give no sign
   */
  public InferenceWatchdog(Clock clock, Duration patience) {
    this.clock = clock;
    this.stallTimeout = patience;
  }

  /** A drawing begins, or has done a step. */
  public void heartbeat() {
    lastHeartbeat = clock.instant();
  }

  /** The drawing is over. */
  public void idle() {
    lastHeartbeat = IDLE;
  }

  /** Whether a drawing runs and has given no sign for too long. */
  public boolean isStalled() {
    Instant last = lastHeartbeat;
    return !last.equals(IDLE) && clock.instant().isAfter(last.plus(stallTimeout));
  }
}
