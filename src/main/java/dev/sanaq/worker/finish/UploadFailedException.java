package dev.sanaq.worker.finish;

/** An image could not be uploaded to the request's URL. The message is safe to publish. */
final class UploadFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UploadFailedException(String message) {
    super(message);
  }
}
