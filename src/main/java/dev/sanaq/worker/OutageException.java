package dev.sanaq.worker;

/** The storage as a whole is away: the work goes back to the queue. */
final class OutageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  OutageException(String message, Throwable cause) {
    super(message, cause);
  }
}
