package dev.sanaq.worker;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.sana.BatchProgress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Goes with a batch while it is drawn: tells of its steps, not too often, and lets go of jobs that
 * nobody waits for, or that would outlast the time to stop. The drawing thread's.
 */
final class BatchWatch implements BatchProgress {
  private final List<Work> batch;
  private final Needless needless;
  private final Leaving leaving;
  private final Context context;
  private final Runnable denoised;
  private Instant told;
  private long beganAt = System.nanoTime();
  private Duration left = Duration.ZERO;

  /**
   * What every batch's watch has.
   *
   * @param events the contract's words
   * @param live where they go
   * @param engine told of every step
   * @param interval progress at most this often
   * @param clock tells the time
   */
  record Context(
      Events events, LiveEvents live, EngineWatch engine, Duration interval, Clock clock) {
    /** Tells of a job at once. */
    void tell(Work work, CloudEvent event) {
      work.ticket().told(live.tell(event));
    }
  }

  /**
   * @param denoised told when the last step is done
   */
  BatchWatch(
      List<Work> batch, Needless needless, Leaving leaving, Context context, Runnable denoised) {
    this.batch = batch;
    this.needless = needless;
    this.leaving = leaving;
    this.context = context;
    this.denoised = denoised;
    this.told = context.clock().instant();
  }

  @Override
  public void stepped(int done, int steps) {
    context.engine().sign();
    if (done == 0) {
      beganAt = System.nanoTime();
      return;
    }
    left = Duration.ofNanos((System.nanoTime() - beganAt) / done * (steps - done));
    if (done == steps) {
      denoised.run();
    }
    Instant now = context.clock().instant();
    if (!now.isBefore(told.plus(context.interval()))) {
      told = now;
      batch.forEach(
          work -> context.tell(work, context.events().progress(work.ticket().job(), done, steps)));
    }
  }

  @Override
  public boolean wanted(int drawing) {
    Work work = batch.get(drawing);
    return !isLeft(work) && needless.end(work.ticket(), work.tries()).isEmpty();
  }

  /** Whether the job is another worker's to do. */
  boolean isLeft(Work work) {
    return work.ticket().isAbandoned() || leaving.isTooLongFor(left);
  }
}
