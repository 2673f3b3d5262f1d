package dev.sanaq.torch.host;

import com.sun.jna.Function;

/**
 * Makes malloc keep the memory that tensors free, instead of returning it to the system. A
 * denoising step frees and allocates the same sizes again; clearing the pages each time costs a
 * fifth of the step.
 */
public final class MallocTuning {
  // From glibc's malloc.h.
  private static final int M_TRIM_THRESHOLD = -1;
  private static final int M_TOP_PAD = -2;
  private static final int M_MMAP_MAX = -4;

  /** More than a thread's heap (64 MiB), so that malloc never returns one. */
  private static final int TOP_PAD_BYTES = 128 << 20;

  private static volatile boolean applied;

  private MallocTuning() {}

  /** Whether the settings were applied. */
  public static boolean isApplied() {
    return applied;
  }

  /**
   * Applies the settings to the whole process.
   *
   * @return false if the C library has no such settings (musl)
   */
  public static boolean retainFreedMemory() {
    try {
      Function mallopt = Function.getFunction("c", "mallopt");
      applied =
          setOption(mallopt, M_MMAP_MAX, 0)
              & setOption(mallopt, M_TRIM_THRESHOLD, Integer.MAX_VALUE)
              & setOption(mallopt, M_TOP_PAD, TOP_PAD_BYTES);
      return applied;
    } catch (LinkageError e) {
      return false;
    }
  }

  private static boolean setOption(Function mallopt, int parameter, int value) {
    return mallopt.invokeInt(new Object[] {parameter, value}) == 1;
  }
}
