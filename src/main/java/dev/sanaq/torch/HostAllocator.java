package dev.sanaq.torch;

import com.sun.jna.Function;

/**
 * Has the C library keep the memory that tensors give back, instead of returning it to the system:
 * a step frees and asks for the same sizes again, and each time the system would clear the pages
 * anew, which cost a fifth of a step's time.
 */
final class HostAllocator {
  // From glibc's malloc.h.
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_MAX = -4;

  /** More than a thread's heap (64 MiB), so that no heap is ever given back. */
  private static final int KEEP = 128 << 20;

  private HostAllocator() {}

  /**
   * Sets it for the whole process.
   *
   * @return false where the C library has no such settings (musl) and keeps its own ways
   */
  static boolean keepFreedMemory() {
    try {
      Function mallopt = Function.getFunction("c", "mallopt");
      return set(mallopt, M_MMAP_MAX, 0)
          & set(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE)
          & set(mallopt, M_TOP_PAD, KEEP);
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }

  private static boolean set(Function mallopt, int parameter, int value) {
    return mallopt.invokeInt(new Object[] {parameter, value}) == 1;
  }
}
