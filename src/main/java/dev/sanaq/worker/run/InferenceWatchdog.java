package dev.sanaq.worker.run;

import dev.sanaq.sana.DeviceLostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Detects inference that makes no progress. Any number of threads. */
public final class InferenceWatchdog {
  private static final Instant IDLE = Instant.MAX;

  private final Clock clock;
  private final Duration stallTimeout;
  private final DeviceLoss deviceLoss;
  private volatile Instant lastHeartbeat = IDLE;

  /**
   * @param stallTimeout how long a batch may run without a heartbeat
   */
  public InferenceWatchdog(Clock clock, Duration stallTimeout) {
    this(clock, stallTimeout, new DeviceLoss(Runtime.getRuntime()::halt));
  }

  /**
   * @param stallTimeout how long a batch may run without a heartbeat
   * @param deviceLoss what follows when the device computes no more
   */
  public InferenceWatchdog(Clock clock, Duration stallTimeout, DeviceLoss deviceLoss) {
    this.clock = clock;
    this.stallTimeout = stallTimeout;
    this.deviceLoss = deviceLoss;
  }

  void deviceLost(DeviceLostException failure) {
    deviceLoss.report(failure);
  }

  /** A batch starts, or has finished a step. */
  public void heartbeat() {
    lastHeartbeat = clock.instant();
  }

  /** No batch runs. */
  public void idle() {
    lastHeartbeat = IDLE;
  }

  /** Whether a batch runs and its last heartbeat is too old. */
  public boolean isStalled() {
    Instant last = lastHeartbeat;
    return !last.equals(IDLE) && clock.instant().isAfter(last.plus(stallTimeout));
  }
}
