package dev.sanaq.sana.conditioning;

/** The model does not support a conditioning; the message says which. */
public final class UnsupportedConditioningException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public UnsupportedConditioningException(String message) {
    super(message);
  }
}
