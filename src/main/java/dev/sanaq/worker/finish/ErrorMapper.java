package dev.sanaq.worker.finish;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.sana.DeviceMemoryException;
import dev.sanaq.sana.UnsupportedSizeException;
import dev.sanaq.sana.conditioning.UnsupportedConditioningException;
import dev.sanaq.storage.StorageException;
import dev.sanaq.worker.adapter.InvalidAdapterException;
import dev.sanaq.worker.input.InputFailedException;
import dev.sanaq.worker.observe.JobLogContext;
import dev.sanaq.worker.queue.JobExecution;
import dev.sanaq.worker.safety.SafetyException;
import org.jboss.logging.Logger;

/** Maps an exception to the contract's error code: the only place that does. */
public final class ErrorMapper {
  private static final Logger LOG = Logger.getLogger(ErrorMapper.class);

  private ErrorMapper() {}

  /** The outcome of a job whose work threw this; logs the exception. */
  public static Failed toFailure(JobExecution execution, Throwable thrown) {
    Job job = execution.job();
    try (JobLogContext context = JobLogContext.of(job.id())) {
      return new Failed(
          job.id(),
          toError(job, thrown),
          execution.attemptCount(),
          job.metadata(),
          job.callbackUrl());
    }
  }

  private static JobError toError(Job job, Throwable thrown) {
    if (thrown instanceof UnsupportedSizeException) {
      return JobError.of(ErrorCode.UNSUPPORTED_SIZE, message(thrown));
    }
    if (thrown instanceof DeviceMemoryException || thrown instanceof OutOfMemoryError) {
      LOG.warnf(thrown, "job %s ran out of memory", job.id());
      return JobError.of(
          ErrorCode.OUT_OF_MEMORY,
          "out of memory for %s image(s) of %s x %s; request fewer or smaller images: %s"
              .formatted(job.count(), job.width(), job.height(), message(thrown)));
    }
    if (thrown instanceof UploadFailedException failed) {
      LOG.warnf("job %s failed: %s", job.id(), thrown.getMessage());
      return failed.error();
    }
    if (thrown instanceof InvalidAdapterException invalid) {
      LOG.warnf("job %s has an adapter that cannot be used: %s", job.id(), thrown.getMessage());
      return invalid.error();
    }
    if (thrown instanceof InputFailedException failed) {
      LOG.warnf("job %s has an input image that cannot be used: %s", job.id(), message(thrown));
      return failed.error();
    }
    if (thrown instanceof SafetyException failed) {
      LOG.warnf("job %s: %s", job.id(), message(thrown));
      return failed.error();
    }
    if (thrown instanceof UnsupportedConditioningException) {
      return JobError.of(ErrorCode.INVALID_REQUEST, message(thrown));
    }
    if (thrown instanceof StorageException) {
      LOG.errorf(thrown, "job %s failed: S3 call failed", job.id());
      return JobError.of(ErrorCode.STORAGE_FAILED, message(thrown));
    }
    LOG.errorf(thrown, "job %s failed", job.id());
    // Do not leak internals to the client: details are in the log under the job id.
    return JobError.of(
        ErrorCode.INTERNAL,
        "%s; see the worker's log for job %s"
            .formatted(thrown.getClass().getSimpleName(), job.id()));
  }

  private static String message(Throwable thrown) {
    return String.valueOf(thrown.getMessage());
  }
}
