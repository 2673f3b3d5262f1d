package dev.sanaq.load;

import java.time.Duration;

/**
 * How much.
 *
 * @param rate jobs a second
 * @param seconds of each shape
 * @param side pixels
 * @param steps denoising steps
 * @param timeout for a wave's end
 */
record LoadPlan(double rate, int seconds, int side, int steps, Duration timeout) {
  /** Little in every build; with {@code -Pload} what the properties say. */
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
