package dev.sanaq.train.data;

/** Training data is invalid; the message names the file, the line and the problem. */
public final class BadDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** The data is invalid. */
  public BadDataException(String message) {
    super(message);
  }

  /** The data cannot be read. */
  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
