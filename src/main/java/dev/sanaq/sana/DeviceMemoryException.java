package dev.sanaq.sana;

/** The device's memory, or the heap, did not hold the work; the next drawing may still succeed. */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
