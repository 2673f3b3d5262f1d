package dev.sanaq.sana;

/** The model cannot generate the size; the message says which sizes it can. */
public final class UnsupportedSizeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnsupportedSizeException(String message) {
    super(message);
  }
}
