package dev.sanaq.storage;

import software.amazon.awssdk.core.exception.SdkException;

/** One call to the storage failed; nothing has been retried. */
public final class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether a retry may succeed: the call failed, rather than returned invalid data. */
  public boolean isRetryable() {
    return getCause() instanceof SdkException;
  }
}
