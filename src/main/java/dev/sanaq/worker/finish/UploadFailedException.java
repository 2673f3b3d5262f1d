package dev.sanaq.worker.finish;

/** An image could not be put where the request wants it. The message may be shown to anybody. */
final class UploadFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UploadFailedException(String message) {
    super(message);
  }
}
