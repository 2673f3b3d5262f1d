package dev.sanaq.torch;

import java.util.Locale;

/** The engine refused or failed a call; the message is the engine's, with the program's line. */
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TorchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether memory ran out, on the device or on the host: the same call with less may succeed. */
  public boolean isOutOfMemory() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("out of memory")
        || message.contains("can't allocate memory")
        || message.contains("not enough memory");
  }
}
