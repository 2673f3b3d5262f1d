package dev.sanaq.torch;

import java.util.List;
import java.util.Locale;

/** The engine refused or failed a call; the message is the engine's, with the program's line. */
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** How CUDA, its libraries, libtorch's host allocator and C++ itself say it. */
  private static final List<String> OUT_OF_MEMORY_PHRASES =
      List.of(
          "out of memory",
          "status_alloc_failed",
          "can't allocate memory",
          "not enough memory",
          "bad_alloc");

  public TorchException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether memory ran out, on the device or on the host: the same call with less may succeed. */
  public boolean isOutOfMemory() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return OUT_OF_MEMORY_PHRASES.stream().anyMatch(message::contains);
  }
}
