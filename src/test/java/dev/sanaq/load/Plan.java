package dev.sanaq.load;

import java.time.Duration;

/**
 * How much.
 *
 * @param rate jobs a second
 * @param seconds of each shape
 * @param side pixels
 * @param steps denoising steps
 * @param patience for a wave's end
 */
record Plan(double rate, int seconds, int side, int steps, Duration patience) {
  /** Little in every build; with {@code -Pload} what the properties say. */
  static Plan chosen() {
    boolean measured = System.getProperty("load", "short").equals("long");
    return new Plan(
        Double.parseDouble(System.getProperty("load.rate", measured ? "5" : "2")),
        Integer.getInteger("load.seconds", measured ? 30 : 2),
        Integer.getInteger("load.side", 64),
        Integer.getInteger("load.steps", 2),
        Duration.ofMinutes(2));
  }
}
