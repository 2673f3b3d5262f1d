package dev.sanaq.worker.run;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.event.ProgressPublisher;
import dev.sanaq.sana.BatchControl;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.ShutdownState;
import dev.sanaq.worker.attempt.StartedJob;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Goes with a batch while it is drawn: tells of its steps, not too often, and lets go of jobs that
 * nobody waits for, or that would outlast the time to stop. The drawing thread's.
 */
public final class BatchProgressReporter implements BatchControl {
  private final List<StartedJob> batch;
  private final JobTermination termination;
  private final ShutdownState shutdown;
  private final Context context;
  private final Runnable onDenoised;
  private Instant lastProgressAt;
  private long startedNanos = System.nanoTime();
  private Duration remaining = Duration.ZERO;

  /**
   * What every batch's watch has.
   *
   * @param events the contract's words
   * @param progressPublisher where they go
   * @param watchdog told of every step
   * @param progressInterval progress at most this often
   * @param clock tells the time
   */
  public record Context(
      JobEventFactory events,
      ProgressPublisher progressPublisher,
      InferenceWatchdog watchdog,
      Duration progressInterval,
      Clock clock) {
    /** Tells of a job at once. */
    void sendProgress(StartedJob work, CloudEvent event) {
      work.execution().setLastProgressSend(progressPublisher.send(event));
    }
  }

  /**
   * @param denoised told when the last step is done
   */
  BatchProgressReporter(
      List<StartedJob> batch,
      JobTermination needless,
      ShutdownState leaving,
      Context context,
      Runnable denoised) {
    this.batch = batch;
    this.termination = needless;
    this.shutdown = leaving;
    this.context = context;
    this.onDenoised = denoised;
    this.lastProgressAt = context.clock().instant();
  }

  @Override
  public void onProgress(int done, int steps) {
    context.watchdog().heartbeat();
    if (done == 0) {
      startedNanos = System.nanoTime();
      return;
    }
    remaining = Duration.ofNanos((System.nanoTime() - startedNanos) / done * (steps - done));
    if (done == steps) {
      onDenoised.run();
    }
    Instant now = context.clock().instant();
    if (!now.isBefore(lastProgressAt.plus(context.progressInterval()))) {
      lastProgressAt = now;
      batch.forEach(
          work ->
              context.sendProgress(
                  work, context.events().progress(work.execution().job(), done, steps)));
    }
  }

  @Override
  public boolean shouldContinue(int drawing) {
    StartedJob work = batch.get(drawing);
    return !isAbandoned(work)
        && termination.outcomeIfUnneeded(work.execution(), work.attemptCount()).isEmpty();
  }

  /** Whether the job is another worker's to do. */
  boolean isAbandoned(StartedJob work) {
    return work.execution().isAbandoned() || shutdown.exceedsGrace(remaining);
  }
}
