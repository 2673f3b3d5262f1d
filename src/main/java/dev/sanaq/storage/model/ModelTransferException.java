package dev.sanaq.storage.model;

/** A push or pull of a checkpoint failed; the message says what to do. */
public final class ModelTransferException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ModelTransferException(String message) {
    super(message);
  }

  ModelTransferException(String message, Throwable cause) {
    super(message, cause);
  }
}
