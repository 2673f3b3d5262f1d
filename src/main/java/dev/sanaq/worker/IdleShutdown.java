package dev.sanaq.worker;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Notices that there has been nothing to do for a while, once. */
final class IdleShutdown {
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

  private IdleShutdown() {}

  /**
   * Begins to watch, in a thread of its own that ends with the program.
   *
   * @param busy whether there is something to do, or nothing could be taken
   * @param patience how long there has to be nothing
   * @param then what is to be done then
   */
  static void start(BooleanSupplier busy, Duration patience, Runnable then) {
    Thread thread = new Thread(() -> watch(busy, patience, then), "sanaq-idle-shutdown");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(BooleanSupplier busy, Duration patience, Runnable then) {
    long since = System.nanoTime();
    try {
      while (System.nanoTime() - since < patience.toNanos()) {
        Thread.sleep(CHECK_INTERVAL.toMillis());
        since = busy.getAsBoolean() ? System.nanoTime() : since;
      }
      then.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
