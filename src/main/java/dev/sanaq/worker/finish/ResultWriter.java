package dev.sanaq.worker.finish;

import dev.sanaq.image.RgbImage;
import dev.sanaq.image.encode.ImageFormat;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.retry.RetryAbortedException;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.sana.ImageMetadata;
import dev.sanaq.storage.health.StorageOutageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.CommitResult;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.attempt.StartedJob;
import dev.sanaq.worker.observe.WorkerMetrics;
import dev.sanaq.worker.queue.JobExecution;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;

/**
 * Encodes images, stores them, puts them where the request wants them besides, and writes the
 * marker, away from the device. Images that wait for the storage are bounded: past that the drawing
 * thread waits.
 */
public final class ResultWriter {
  private static final int MAX_PENDING_MEGAPIXELS = 128;

  private final ResultStore store;
  private final StorageRetry storageRetry;
  private final PresignedUploader uploader;
  private final AttemptGate attemptGate;
  private final JobCompleter completer;
  private final WorkerMetrics metrics;
  private final ExecutorService io;
  private final Clock clock;
  private final String workerId;
  private final boolean embedMetadata;
  private final Semaphore megapixelPermits = new Semaphore(MAX_PENDING_MEGAPIXELS);

  /**
   * @param embedParameters whether images say how they were drawn, where their format can
   */
  public ResultWriter(
      ResultStore store,
      StorageRetry gate,
      PresignedUploader uploads,
      AttemptGate claims,
      JobCompleter endings,
      WorkerMetrics meters,
      ExecutorService io,
      Clock clock,
      String worker,
      boolean embedParameters) {
    this.store = store;
    this.storageRetry = gate;
    this.uploader = uploads;
    this.attemptGate = claims;
    this.completer = endings;
    this.metrics = meters;
    this.io = io;
    this.clock = clock;
    this.workerId = worker;
    this.embedMetadata = embedParameters;
  }

  /**
   * Takes over a job that is drawn; waits only while too many are not stored yet.
   *
   * @param share the job's part of the time that the device took
   */
  public void submit(StartedJob work, GenerationResult drawn, Duration share)
      throws InterruptedException {
    int megapixels = megapixels(drawn);
    megapixelPermits.acquire(megapixels);
    io.execute(
        () -> {
          try {
            runStep(work, () -> storeResult(work, drawn, share));
          } finally {
            megapixelPermits.release(megapixels);
          }
        });
  }

  private void runStep(StartedJob work, Runnable step) {
    JobExecution ticket = work.execution();
    try {
      step.run();
    } catch (RetryAbortedException | StorageOutageException e) {
      attemptGate.releaseAttempt(ticket, work.attempt());
      completer.abandon(ticket);
    } catch (Throwable e) {
      completer.complete(ticket, ErrorMapper.toFailure(ticket.job(), e, work.attemptCount()));
    }
  }

  private void storeResult(StartedJob work, GenerationResult drawn, Duration share) {
    JobExecution ticket = work.execution();
    Instant began = clock.instant();
    List<StoredImage> images = storeImages(ticket, drawn);
    if (ticket.job().uploadUrls().isEmpty()) {
      commit(ticket, completed(ticket.job(), images, drawn, share, began), began);
      return;
    }
    // What is put elsewhere is read again when its turn comes: until then it takes no memory.
    GenerationResult timings = new GenerationResult(List.of(), drawn.timings());
    uploader.execute(
        () ->
            runStep(
                work,
                () -> {
                  upload(ticket, images);
                  Job job = ticket.job();
                  commit(ticket, completed(job, images, timings, share, began), began);
                }));
  }

  private List<StoredImage> storeImages(JobExecution ticket, GenerationResult drawn) {
    Job job = ticket.job();
    if (drawn.images().size() != job.count()) {
      throw new IllegalStateException(
          "asked for %d images, got %d".formatted(job.count(), drawn.images().size()));
    }
    ImageFormat format =
        ImageFormat.of(job.format())
            .orElseThrow(() -> new IllegalStateException("no encoder writes " + job.format()));
    List<StoredImage> images = new ArrayList<>();
    for (RgbImage image : drawn.images()) {
      int index = images.size();
      byte[] file = format.encode(image, job.quality(), textChunks(ticket, index));
      images.add(
          storageRetry.call(
              () -> store.storeImage(job, index, file, image.width(), image.height()),
              ticket::isAbandoned));
    }
    return images;
  }

  private Map<String, String> textChunks(JobExecution ticket, int index) {
    return embedMetadata
        ? ImageMetadata.of(ticket.generationParams(), ticket.job().model(), index)
        : Map.of();
  }

  private void upload(JobExecution ticket, List<StoredImage> images) {
    long deadline = uploader.retryDeadline();
    for (int i = 0; i < images.size(); i++) {
      StoredImage image = images.get(i);
      byte[] file = storageRetry.call(() -> store.readImage(image), ticket::isAbandoned);
      uploader.upload(
          ticket.job().uploadUrls().get(i),
          file,
          "image/" + image.format(),
          deadline,
          ticket::isAbandoned);
    }
  }

  // Last of all: whoever finds the marker finds everything that it names, and where it was wanted.
  private void commit(JobExecution ticket, Completed result, Instant began) {
    CommitResult committed = storageRetry.call(() -> store.commit(result), ticket::isAbandoned);
    metrics.recordStages(Map.of("store", Duration.between(began, clock.instant())));
    ticket.span().recordStage("store", began, clock.instant());
    completer.complete(
        ticket,
        committed instanceof CommitResult.Committed ours
            ? ours.result()
            : AttemptGate.resultOrConflict(
                ticket.job(), ((CommitResult.Conflict) committed).result()));
  }

  private Completed completed(
      Job job, List<StoredImage> images, GenerationResult drawn, Duration share, Instant began) {
    Map<String, Double> timings = new LinkedHashMap<>();
    drawn.timings().forEach((stage, time) -> timings.put(stage, seconds(time)));
    timings.put("store", seconds(Duration.between(began, clock.instant())));
    return new Completed(
        job.id(),
        job.fingerprint(),
        clock.instant(),
        images,
        job.asRequest(),
        timings,
        seconds(share),
        workerId,
        job.model(),
        job.metadata());
  }

  private static int megapixels(GenerationResult drawn) {
    long pixels =
        drawn.images().stream().mapToLong(image -> (long) image.width() * image.height()).sum();
    return (int) Math.min(MAX_PENDING_MEGAPIXELS, Math.max(1, pixels >> 20));
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1000.0;
  }
}
