package dev.sanaq.storage.health;

/** The storage as a whole is away: the work goes back to the queue. */
public final class StorageOutageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StorageOutageException(String message, Throwable cause) {
    super(message, cause);
  }
}
