package dev.sanaq.sana;

/** The GPU no longer computes for this process; another process, or another GPU, may succeed. */
public final class DeviceLostException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceLostException(String message, Throwable cause) {
    super(message, cause);
  }
}
