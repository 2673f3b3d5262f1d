package dev.sanaq.torch;

import java.util.List;
import java.util.Locale;

/** The engine failed; its message includes the line of the script. */
public final class TorchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Messages of CUDA, its libraries, libtorch's host allocator, and C++. */
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

  /** Whether memory of the device or of the host ran out; a smaller call may succeed. */
  public boolean isOutOfMemory() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return OUT_OF_MEMORY_PHRASES.stream().anyMatch(message::contains);
  }
}
