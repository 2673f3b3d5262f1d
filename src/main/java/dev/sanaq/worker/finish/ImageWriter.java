package dev.sanaq.worker.finish;

import dev.sanaq.image.RgbImage;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.StoredImage;
import dev.sanaq.sana.GenerationResult;
import dev.sanaq.storage.StorageException;
import dev.sanaq.storage.health.StorageRetry;
import dev.sanaq.storage.result.CommitResult;
import dev.sanaq.storage.result.ResultStore;
import dev.sanaq.worker.attempt.AttemptGate;
import dev.sanaq.worker.encode.JobImageEncoder;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.safety.SafetyStage;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jboss.logging.Logger;

/**
 * Encodes a job's images, has them checked, stores them in S3, uploads them to the request's URLs
 * and commits the result. Every call blocks, retries, and stops once the job is abandoned. Any
 * number of threads.
 */
public final class ImageWriter {
  private static final Logger LOG = Logger.getLogger(ImageWriter.class);

  private final ResultStore store;
  private final StorageRetry storageRetry;
  private final PresignedUploader uploader;
  private final SafetyStage safety;
  private final JobImageEncoder encoder;

  /**
   * @param safety checks images before one of them is stored
   */
  public ImageWriter(
      ResultStore store,
      StorageRetry storageRetry,
      PresignedUploader uploader,
      SafetyStage safety,
      JobImageEncoder encoder) {
    this.store = store;
    this.storageRetry = storageRetry;
    this.uploader = uploader;
    this.safety = safety;
    this.encoder = encoder;
  }

  List<StoredImage> store(JobExecution execution, GenerationResult result) {
    Job job = execution.job();
    if (result.images().size() != job.count()) {
      throw new IllegalStateException(
          "expected %s images, got %s".formatted(job.count(), result.images().size()));
    }
    List<byte[]> checked = new ArrayList<>();
    if (safety.checksImages()) {
      for (RgbImage image : result.images()) {
        checked.add(encoder.encode(execution, image, result.offset(checked.size())));
      }
      safety.checkImages(job, checked, execution::isAbandonRequested);
    }
    List<StoredImage> images = new ArrayList<>();
    for (RgbImage image : result.images()) {
      int index = images.size();
      int offset = result.offset(index);
      byte[] file =
          checked.isEmpty() ? encoder.encode(execution, image, offset) : checked.get(index);
      StoredImage stored =
          storageRetry.call(
              () -> store.storeImage(job, offset, file, image.width(), image.height()),
              execution::isAbandonRequested);
      OptionalDouble score = result.score(index);
      images.add(score.isPresent() ? stored.withScore(score.getAsDouble()) : stored);
    }
    return images;
  }

  /** Uploads stored images to the request's URLs, one after the other. */
  void upload(JobExecution execution, List<StoredImage> images) {
    long deadline = uploader.retryDeadline();
    for (int i = 0; i < images.size(); i++) {
      StoredImage image = images.get(i);
      byte[] file = storageRetry.call(() -> store.readImage(image), execution::isAbandonRequested);
      uploader.upload(
          execution.job().uploadUrls().get(i),
          file,
          "image/" + image.format(),
          deadline,
          execution::isAbandonRequested);
    }
  }

  /**
   * Writes the commit marker: once it exists, all images that it names exist.
   *
   * @return the result that is stored, or the conflict with another request of the same id
   */
  JobOutcome commit(JobExecution execution, Completed result) {
    CommitResult commit =
        storageRetry.call(() -> store.commit(result), execution::isAbandonRequested);
    if (commit instanceof CommitResult.Conflict conflict) {
      deleteOrphans(execution.job(), result.images());
      return AttemptGate.resultOrConflict(execution.job(), conflict.result());
    }
    return ((CommitResult.Committed) commit).result();
  }

  private void deleteOrphans(Job job, List<StoredImage> images) {
    try {
      store.deleteOrphans(job, images);
    } catch (StorageException e) {
      LOG.warnf("images of job %s stay behind: %s", job.id(), e.getMessage());
    }
  }
}
