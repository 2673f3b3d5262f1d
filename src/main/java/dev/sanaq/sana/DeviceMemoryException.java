package dev.sanaq.sana;

/** The device's memory or the heap ran out; a later call may succeed. */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DeviceMemoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
