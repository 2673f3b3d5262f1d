package dev.sanaq.worker.run;

import dev.sanaq.sana.BatchControl;
import dev.sanaq.sana.BatchResult;
import dev.sanaq.sana.preview.PreviewSource;
import dev.sanaq.worker.attempt.JobTermination;
import dev.sanaq.worker.attempt.TerminationDecision;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Accompanies one batch on the device: sends its progress, stops the jobs that should stop, and
 * measures its device time. The inference thread.
 */
final class BatchProgressReporter implements BatchControl {
  private final List<JobExecution> batch;
  private final JobTermination termination;
  private final BatchReporting reporting;
  private final Runnable onDenoised;
  private final Map<JobExecution, TerminationDecision> stopped = new HashMap<>();
  private final Instant start;
  private Instant lastProgressAt;
  // Durations are measured without the clock, which may be set meanwhile.
  private final long startNanos = System.nanoTime();
  private long denoiseStartNanos = startNanos;
  private Duration remaining = Duration.ZERO;
  private Duration deviceTime = Duration.ZERO;
  private double images;

  /**
   * Reports the start of the batch.
   *
   * @param onDenoised called after the last step
   */
  BatchProgressReporter(
      List<JobExecution> batch,
      JobTermination termination,
      BatchReporting reporting,
      Runnable onDenoised) {
    this.batch = batch;
    this.termination = termination;
    this.reporting = reporting;
    this.onDenoised = onDenoised;
    reporting.started(batch);
    this.start = reporting.now();
    this.lastProgressAt = start;
  }

  @Override
  public void onProgress(int done, int steps) {
    onStep(done, steps, PreviewSource.NONE);
  }

  @Override
  public void onStep(int done, int steps, PreviewSource previews) {
    reporting.heartbeat();
    if (done == 0) {
      denoiseStartNanos = System.nanoTime();
      return;
    }
    remaining = Duration.ofNanos((System.nanoTime() - denoiseStartNanos) / done * (steps - done));
    if (done == steps) {
      onDenoised.run();
    }
    if (reporting.isProgressDue(lastProgressAt)) {
      lastProgressAt = reporting.now();
      reporting.progress(batch, done, steps, previews);
    }
  }

  @Override
  public boolean shouldContinue(int index) {
    JobExecution execution = batch.get(index);
    TerminationDecision decision = termination.duringRun(execution, remaining);
    if (decision instanceof TerminationDecision.Continue) {
      return true;
    }
    stopped.put(execution, decision);
    return false;
  }

  /**
   * Why the job was stopped. A job whose partition was revoked since then is abandoned: its result
   * would not be published, and its attempt must be released.
   */
  TerminationDecision stopDecision(JobExecution execution) {
    if (execution.isAbandonRequested()) {
      return new TerminationDecision.Abandon();
    }
    return stopped.getOrDefault(execution, new TerminationDecision.Abandon());
  }

  /** Reports the end of the batch. */
  void finished(List<BatchResult> results) {
    for (int i = 0; i < results.size(); i++) {
      images += results.get(i) instanceof BatchResult.Done ? work(batch.get(i)) : 0;
    }
    deviceTime = Duration.ofNanos(System.nanoTime() - startNanos);
    reporting.finished(batch, images, start, deviceTime);
  }

  /** The job's share of the device time: images of one batch key take equally long. */
  Duration deviceTime(JobExecution execution) {
    return images == 0
        ? Duration.ZERO
        : Duration.ofNanos((long) (deviceTime.toNanos() * work(execution) / images));
  }

  private static double work(JobExecution execution) {
    return execution.generationParams().workImages();
  }
}
