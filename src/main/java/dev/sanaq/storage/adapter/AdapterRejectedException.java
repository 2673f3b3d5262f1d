package dev.sanaq.storage.adapter;

/** The object that a request names is no adapter for it; asking again does not help. */
public final class AdapterRejectedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AdapterRejectedException(String message) {
    super(message);
  }

  AdapterRejectedException(String message, Throwable cause) {
    super(message, cause);
  }
}
