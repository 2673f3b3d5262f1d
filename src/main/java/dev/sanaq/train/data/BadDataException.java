package dev.sanaq.train.data;

/** Data that cannot be learnt from: says which file, which line, what was wrong. */
public final class BadDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Data that is not as it must be. */
  public BadDataException(String message) {
    super(message);
  }

  /** Data that cannot be read. */
  public BadDataException(String message, Throwable cause) {
    super(message, cause);
  }
}
