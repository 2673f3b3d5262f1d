package dev.sanaq.storage;

/** The storage did not do what it was asked, however often it was tried. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }
}
