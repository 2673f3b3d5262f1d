package dev.sanaq.json;

/** A text that is not the JSON that it should be; the message says where. */
public final class BadJsonException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public BadJsonException(String message) {
    super(message);
  }
}
