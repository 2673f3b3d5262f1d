package dev.sanaq.worker;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Notices an engine that is stuck: a drawing that has not done a step for too long. Any thread. */
public final class EngineWatch {
  private static final Instant IDLE = Instant.MAX;

  private final Clock clock;
  private final Duration patience;
  private volatile Instant lastSign = IDLE;

  /**
   * @param clock tells the time
   * @param patience how long a drawing may give no sign
   */
  public EngineWatch(Clock clock, Duration patience) {
    this.clock = clock;
    this.patience = patience;
  }

  /** A drawing begins, or has done a step. */
  public void sign() {
    lastSign = clock.instant();
  }

  /** The drawing is over. */
  public void idle() {
    lastSign = IDLE;
  }

  /** Whether a drawing runs and has given no sign for too long. */
  public boolean stuck() {
    Instant last = lastSign;
    return !last.equals(IDLE) && clock.instant().isAfter(last.plus(patience));
  }
}
