package dev.sanaq.sana;

/** A size that the model cannot draw; the message says which sizes it can. */
public final class UnsupportedSizeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedSizeException(String message) {
    super(message);
  }
}
