package dev.sanaq.load;

import java.time.Duration;

/**
 * The amount of load.
 *
 * @param rate jobs per second
 * @param seconds duration of each shape
 * @param side width and height of the images, in pixels
 * @param steps denoising steps
 * @param timeout how long a wave may take
 */
record LoadPlan(double rate, int seconds, int side, int steps, Duration timeout) {
  /** Reads the system properties; without {@code -Pload} the defaults are small. */
  static LoadPlan fromSystemProperties() {
    boolean measured = System.getProperty("load", "short").equals("long");
    return new LoadPlan(
        Double.parseDouble(System.getProperty("load.rate", measured ? "5" : "2")),
        Integer.getInteger("load.seconds", measured ? 30 : 2),
        Integer.getInteger("load.side", 64),
        Integer.getInteger("load.steps", 2),
        Duration.ofMinutes(2));
  }
}
