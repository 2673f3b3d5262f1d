package dev.sanaq.retry;

import java.time.Duration;

/** Sleeps of threads that poll or retry in a loop of their own. */
public final class Pause {
  private Pause() {}

  /** Sleeps; an interrupt ends the sleep and stays set. */
  public static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
