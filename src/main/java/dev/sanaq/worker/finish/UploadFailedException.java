package dev.sanaq.worker.finish;

import dev.sanaq.job.JobError;

/** An image could not be uploaded to the request's URL. The error is safe to publish. */
final class UploadFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient JobError error;

  UploadFailedException(JobError error) {
    super(error.message());
    this.error = error;
  }

  JobError error() {
    return error;
  }
}
