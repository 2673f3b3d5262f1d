package dev.sanaq.worker.consume;

import java.time.Duration;

/** Pauses of the consumer thread. */
final class Pause {
  private Pause() {}

  /** Sleeps; an interrupt ends the sleep and stays set. */
  static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
