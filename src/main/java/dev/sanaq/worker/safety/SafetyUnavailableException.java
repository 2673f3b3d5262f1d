package dev.sanaq.worker.safety;

/** A safety check gives no answer. The message is for the log. */
public final class SafetyUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SafetyUnavailableException(String message) {
    super(message);
  }

  SafetyUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
