package dev.sanaq.worker;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Runs an action once a worker has been idle for a while. */
final class IdleShutdown {
  private static final Duration CHECK_INTERVAL = Duration.ofMillis(200);

  private IdleShutdown() {}

  /**
   * Starts to watch, on a daemon thread.
   *
   * @param busy whether there are jobs, or none can be taken
   * @param timeout idle time after which the action runs
   * @param action runs once, on that thread
   */
  static void start(BooleanSupplier busy, Duration timeout, Runnable action) {
    Thread thread = new Thread(() -> watch(busy, timeout, action), "sanaq-idle-shutdown");
    thread.setDaemon(true);
    thread.start();
  }

  private static void watch(BooleanSupplier busy, Duration timeout, Runnable action) {
    long idleSince = System.nanoTime();
    try {
      while (System.nanoTime() - idleSince < timeout.toNanos()) {
        Thread.sleep(CHECK_INTERVAL.toMillis());
        idleSince = busy.getAsBoolean() ? System.nanoTime() : idleSince;
      }
      action.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
