package dev.sanaq.storage.health;

/** The storage has an outage: even the probe fails. Jobs are requeued. */
public final class StorageOutageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StorageOutageException(String message, Throwable cause) {
    super(message, cause);
  }
}
