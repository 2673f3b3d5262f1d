package dev.sanaq.worker.finish;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.worker.observe.JobLogContext;
import org.jboss.logging.Logger;

/** The one place that turns what was thrown into the contract's error code. */
public final class ErrorMapper {
  private static final Logger LOG = Logger.getLogger(ErrorMapper.class);

  private ErrorMapper() {}

  /**
   * What to tell of a job whose work threw this.
   *
   * @param tries how often the job was begun
   */
  public static Failed toFailure(Job job, Throwable thrown, int tries) {
    try (JobLogContext scope = JobLogContext.of(job.id())) {
      return new Failed(job.id(), toError(job, thrown), tries, job.metadata(), job.callbackUrl());
    }
  }

  private static JobError toError(Job job, Throwable thrown) {
    if (thrown instanceof UnsupportedSizeException) {
      return JobError.of(ErrorCode.UNSUPPORTED_SIZE, message(thrown));
    }
    if (thrown instanceof DeviceMemoryException || thrown instanceof OutOfMemoryError) {
      LOG.warnf(thrown, "job %s did not fit the memory", job.id());
      return JobError.of(
          ErrorCode.OUT_OF_MEMORY,
          "the worker's memory did not hold %d image(s) of %d x %d; ask for less: %s"
              .formatted(job.count(), job.width(), job.height(), message(thrown)));
    }
    if (thrown instanceof UploadFailedException) {
      LOG.warnf("job %s failed: %s", job.id(), thrown.getMessage());
      return JobError.of(ErrorCode.STORAGE_FAILED, message(thrown));
    }
    if (thrown instanceof StorageException) {
      LOG.errorf(thrown, "the storage failed job %s", job.id());
      return JobError.of(ErrorCode.STORAGE_FAILED, message(thrown));
    }
    LOG.errorf(thrown, "job %s failed", job.id());
    // What was thrown may tell of the inside; whoever may read the log finds it by the job's id.
    return JobError.of(
        ErrorCode.INTERNAL,
        "%s; the worker's log says more about job %s"
            .formatted(thrown.getClass().getSimpleName(), job.id()));
  }

  private static String message(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }
}
