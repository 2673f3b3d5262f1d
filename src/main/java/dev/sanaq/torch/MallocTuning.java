package dev.sanaq.torch;

import com.sun.jna.Function;

/**
 * Has the C library keep the memory that tensors give back, instead of returning it to the system:
 * a step frees and asks for the same sizes again, and each time the system would clear the pages
 * anew, which cost a fifth of a step's time.
 */
final class MallocTuning {
  // From glibc's malloc.h.
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_MAX = -4;

  /** More than a thread's heap (64 MiB), so that no heap is ever given back. */
  private static final int TOP_PAD_BYTES = 128 << 20;

  private MallocTuning() {}

  /**
   * Sets it for the whole process.
   *
   * @return false where the C library has no such settings (musl) and keeps its own ways
   */
  static boolean retainFreedMemory() {
    try {
      Function mallopt = Function.getFunction("c", "mallopt");
      return setOption(mallopt, M_MMAP_MAX, 0)
          & setOption(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE)
          & setOption(mallopt, M_TOP_PAD, TOP_PAD_BYTES);
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  private static boolean setOption(Function mallopt, int parameter, int value) {
    return mallopt.invokeInt(new Object[] {parameter, value}) == 1;
  }
}
