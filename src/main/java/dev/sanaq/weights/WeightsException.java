package dev.sanaq.weights;

/** A checkpoint could not be published or fetched; the message says what to do. */
public final class WeightsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  WeightsException(String message) {
    super(message);
  }

  WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
