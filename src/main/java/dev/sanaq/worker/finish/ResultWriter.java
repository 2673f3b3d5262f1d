package dev.sanaq.worker.finish;

import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.queue.JobPhase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * Stores results while the device runs the next batch. Images that are not stored yet are bounded:
 * past the limit the inference thread blocks.
 */
public final class ResultWriter {
  private static final int MAX_PENDING_MEGAPIXELS = 128;

  private final ImageWriter imageWriter;
  private final PresignedUploader uploader;
  private final JobCompleter completer;
  private final WorkerMetrics metrics;
  private final ExecutorService io;
  private final Clock clock;
  private final Semaphore megapixelPermits = new Semaphore(MAX_PENDING_MEGAPIXELS);

  public ResultWriter(
      ImageWriter imageWriter,
      PresignedUploader uploader,
      JobCompleter completer,
      WorkerMetrics metrics,
      ExecutorService io,
      Clock clock) {
    this.imageWriter = imageWriter;
    this.uploader = uploader;
    this.completer = completer;
    this.metrics = metrics;
    this.io = io;
    this.clock = clock;
  }

  /**
   * Takes over a job whose images are generated; blocks only while too many images are pending.
   *
   * @param deviceTime the job's share of its batch's device time
   */
  public void submit(JobExecution execution, GenerationResult result, Duration deviceTime)
      throws InterruptedException {
    execution.moveTo(JobPhase.STORING);
    int megapixels = megapixels(result);
    megapixelPermits.acquire(megapixels);
    io.execute(
        () -> {
          try {
            runStep(execution, () -> storeResult(execution, result, deviceTime));
          } finally {
            megapixelPermits.release(megapixels);
          }
        });
  }

  /** Takes over a job that ended without images; does not block. */
  public void submit(JobExecution execution, JobOutcome outcome) {
    io.execute(() -> completer.complete(execution, outcome));
  }

  private void runStep(JobExecution execution, Runnable step) {
    try {
      step.run();
    } catch (RetryAbortedException | StorageOutageException e) {
      completer.abandon(execution);
    } catch (Throwable e) {
      completer.complete(execution, ErrorMapper.toFailure(execution, e));
    }
  }

  private void storeResult(JobExecution execution, GenerationResult result, Duration deviceTime) {
    Instant start = clock.instant();
    List<StoredImage> images = imageWriter.store(execution, result);
    Map<String, Duration> timings = result.timings();
    if (execution.job().uploadUrls().isEmpty()) {
      commit(execution, images, timings, deviceTime, start);
      return;
    }
    // The upload reads the images from S3 again: until a thread is free they need no memory.
    uploader.execute(
        () ->
            runStep(
                execution,
                () -> {
                  imageWriter.upload(execution, images);
                  commit(execution, images, timings, deviceTime, start);
                }));
  }

  private void commit(
      JobExecution execution,
      List<StoredImage> images,
      Map<String, Duration> timings,
      Duration deviceTime,
      Instant start) {
    Completed result = completed(execution, images, timings, deviceTime, start);
    JobOutcome outcome = imageWriter.commit(execution, result);
    metrics.recordStages(Map.of("store", Duration.between(start, clock.instant())));
    execution.span().recordStage("store", start, clock.instant());
    completer.complete(execution, outcome);
  }

  private Completed completed(
      JobExecution execution,
      List<StoredImage> images,
      Map<String, Duration> stages,
      Duration deviceTime,
      Instant start) {
    Job job = execution.job();
    Map<String, Double> timings = new LinkedHashMap<>();
    stages.forEach((stage, time) -> timings.put(stage, seconds(time)));
    timings.put("store", seconds(Duration.between(start, clock.instant())));
    return new Completed(
        job.id(),
        job.fingerprint(),
        clock.instant(),
        images,
        job.asRequest(),
        timings,
        seconds(deviceTime),
        execution.attempt().orElseThrow().worker(),
        job.model(),
        job.metadata());
  }

  private static int megapixels(GenerationResult result) {
    long pixels =
        result.images().stream().mapToLong(image -> (long) image.width() * image.height()).sum();
    return (int) Math.min(MAX_PENDING_MEGAPIXELS, Math.max(1, pixels >> 20));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }
}
