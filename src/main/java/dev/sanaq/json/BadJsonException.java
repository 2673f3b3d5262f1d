package dev.sanaq.json;

/** Invalid or unexpected JSON; the message says where. */
public final class BadJsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadJsonException(String message) {
    super(message);
  }
}
