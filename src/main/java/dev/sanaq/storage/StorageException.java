package dev.sanaq.storage;

import software.amazon.awssdk.core.exception.SdkException;

/** The storage did not do what it was asked, however often it was tried. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether it may do so later: it refused or was not there, rather than held the wrong thing. */
  public boolean isRetryable() {
    return getCause() instanceof SdkException;
  }
}
