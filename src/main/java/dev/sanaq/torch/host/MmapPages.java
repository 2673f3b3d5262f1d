package dev.sanaq.torch.host;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.MappedByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Drops the resident pages of memory-mapped files, which stay mapped. Any number of threads. */
public final class MmapPages {
  private static final Logger LOG = Logger.getLogger(MmapPages.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** From Linux's mman-common.h; macOS has the same. */
  private static final int MADV_DONTNEED = 4;

  private MmapPages() {}

  /**
   * Drops the pages of a mapping from this process. The system may keep them in its page cache; the
   * next access reads missing pages from the file. If the system refuses, the pages stay resident
   * and the log says why, once.
   *
   * @param bytes a whole read-only mapping; modified pages would be lost
   */
  public static void release(MappedByteBuffer bytes) {
    try {
      long start = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
      // The mapping starts at a page boundary, the buffer at its offset in the file.
      long before = start % Function.getFunction("c", "getpagesize").invokeInt(new Object[0]);
      Object[] arguments = {new Pointer(start - before), before + bytes.capacity(), MADV_DONTNEED};
      if (Function.getFunction("c", "madvise").invokeInt(arguments) != 0) {
        warnOnce("madvise failed");
      }
    } catch (LinkageError e) {
      warnOnce(String.valueOf(e.getMessage()));
    }
  }

  private static void warnOnce(String why) {
    if (WARNED.compareAndSet(false, true)) {
      LOG.warnf("cannot release unused weights, they stay in memory: %s", why);
    }
  }
}
