package dev.sanaq.torch;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.MappedByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Takes mapped files out of a process's memory while they stay mapped. */
final class MmapPages {
  private static final Logger LOG = Logger.getLogger(MmapPages.class);
  private static final AtomicBoolean WARNED = new AtomicBoolean();

  /** From Linux's mman-common.h; macOS has the same. */
  private static final int MADV_DONTNEED = 4;

  private MmapPages() {}

  /**
   * Takes its pages out of this process. The system keeps them in its own cache for as long as
   * nobody needs that memory, and where they are touched again reads what is missing from the file.
   * Where it cannot be told so it decides by itself, and the log says why: no image is worth less.
   *
   * @param bytes the whole of what was mapped, to be read only: what was written would be lost
   */
  static void release(MappedByteBuffer bytes) {
    try {
      long start = Pointer.nativeValue(Native.getDirectBufferPointer(bytes));
      // Mappings begin with a page, these bytes where they lie in the file.
      long before = start % Function.getFunction("c", "getpagesize").invokeInt(new Object[0]);
      Object[] arguments = {new Pointer(start - before), before + bytes.capacity(), MADV_DONTNEED};
      if (Function.getFunction("c", "madvise").invokeInt(arguments) != 0) {
        warnOnce("madvise refuses");
      }
    } catch (UnsatisfiedLinkError e) {
      warnOnce(String.valueOf(e.getMessage()));
    }
  }

  private static void warnOnce(String why) {
    if (WARNED.compareAndSet(false, true)) {
      LOG.warnf("weights that are not needed stay in memory: %s", why);
    }
  }
}
