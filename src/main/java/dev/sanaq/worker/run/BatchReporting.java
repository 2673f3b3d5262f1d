package dev.sanaq.worker.run;

import dev.sanaq.estimate.ThroughputEstimator;
import dev.sanaq.sana.BatchKey;
import dev.sanaq.sana.DeviceLostException;
import dev.sanaq.sana.preview.PreviewSource;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Reports batches: as events, metrics and spans, to the watchdog and to the throughput estimate.
 * The inference thread.
 */
public final class BatchReporting {
  private final JobProgressSender sender;
  private final InferenceWatchdog watchdog;
  private final ThroughputEstimator<BatchKey> throughput;
  private final WorkerMetrics metrics;
  private final Duration progressInterval;
  private final Clock clock;

  /**
   * @param progressInterval at least, between two progress events of a job
   */
  public BatchReporting(
      JobProgressSender sender,
      InferenceWatchdog watchdog,
      ThroughputEstimator<BatchKey> throughput,
      WorkerMetrics metrics,
      Duration progressInterval,
      Clock clock) {
    this.sender = sender;
    this.watchdog = watchdog;
    this.throughput = throughput;
    this.metrics = metrics;
    this.progressInterval = progressInterval;
    this.clock = clock;
  }

  Instant now() {
    return clock.instant();
  }

  /** Whether progress was sent so long ago that it is sent again. */
  boolean isProgressDue(Instant lastProgressAt) {
    return !now().isBefore(lastProgressAt.plus(progressInterval));
  }

  void started(List<JobExecution> batch) {
    metrics.recordBatchStart(batch.stream().map(JobExecution::received).toList());
    batch.forEach(sender::sendStarted);
  }

  void heartbeat() {
    watchdog.heartbeat();
  }

  void progress(List<JobExecution> batch, int done, int steps, PreviewSource previews) {
    for (int i = 0; i < batch.size(); i++) {
      int entry = i;
      sender.sendProgress(batch.get(i), done, steps, () -> previews.of(entry));
    }
  }

  /** The device computes no more. */
  void deviceLost(DeviceLostException failure) {
    watchdog.deviceLost(failure);
  }

  /** The device is idle, whether the batch has succeeded or not. */
  void idle() {
    watchdog.idle();
  }

  /**
   * The batch has run.
   *
   * @param images that were generated, of one batch key; of a draft its part of the steps counts
   */
  void finished(List<JobExecution> batch, double images, Instant start, Duration deviceTime) {
    Instant end = start.plus(deviceTime);
    for (JobExecution execution : batch) {
      execution.span().recordStage("wait", execution.received(), start);
      execution.span().recordStage("generate", start, end);
    }
    if (images > 0) {
      throughput.recordMeasurement(batch.get(0).batchKey(), images, deviceTime.toNanos() / 1e9);
    }
  }

  void stages(Map<String, Duration> timings) {
    metrics.recordStages(timings);
  }
}
