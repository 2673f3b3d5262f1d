package dev.sanaq.sana.lora;

/** An adapter's file cannot be used with this model; the message says why. */
public final class UnusableAdapterException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnusableAdapterException(String message) {
    super(message);
  }

  UnusableAdapterException(String message, Throwable cause) {
    super(message, cause);
  }
}
