package dev.sanaq.torch;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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
          "bad_alloc",
          // cuDNN found no memory for the workspace of any of its algorithms.
          "unable to find an engine to execute this computation");

  /** Messages of CUDA and its libraries. */
  private static final List<String> CUDA_PHRASES =
      List.of("cuda error", "cudnn error", "cudnn_status", "cublas_status", "nccl error");

  public TorchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /** What a message contains, in lower case, if memory ran out. */
  public static List<String> outOfMemoryPhrases() {
    return OUT_OF_MEMORY_PHRASES;
  }

  /** What a message contains, in lower case, if CUDA or one of its libraries failed. */
  public static List<String> cudaPhrases() {
    return CUDA_PHRASES;
  }

  /** Whether CUDA failed, and not for want of memory; the GPU may be lost to this process. */
  public boolean isCudaError() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return !isOutOfMemory() && CUDA_PHRASES.stream().anyMatch(message::contains);
  }

  /** Whether memory of the device or of the host ran out; a smaller call may succeed. */
  public boolean isOutOfMemory() {
    String message = String.valueOf(getMessage()).toLowerCase(Locale.ROOT);
    return OUT_OF_MEMORY_PHRASES.stream().anyMatch(message::contains);
  }
}
