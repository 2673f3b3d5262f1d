package dev.sanaq.scaling;

import java.util.List;

/** Demands that a pool meets. Seeds are fixed: the same numbers every time. */
final class Scenarios {
  private static final int HOUR = 3600;

  private Scenarios() {}

  /** As much as so many GPUs can do, all the time. */
  static Demand steady(double gpus, int seconds) {
    return Demand.of("steady", seconds, 1, second -> gpus / Demand.meanWork());
  }

  /** Nothing, then as much as so many GPUs can do, for five minutes, every hour. */
  static Demand bursts(double gpus, int hours) {
    return Demand.of(
        "bursts",
        hours * HOUR,
        2,
        second -> second % HOUR >= 600 && second % HOUR < 900 ? gpus / Demand.meanWork() : 0);
  }

  /** A day's curve, pressed into four hours: from nearly nothing to the most and back. */
  static Demand day(double gpus) {
    int length = 4 * HOUR;
    return Demand.of(
        "day",
        length,
        3,
        second -> gpus / Demand.meanWork() * Math.pow(Math.sin(Math.PI * second / length), 2));
  }

  /** From nothing to the most in an hour. */
  static Demand ramp(double gpus) {
    return Demand.of("ramp", HOUR, 4, second -> gpus / Demand.meanWork() * second / HOUR);
  }

  /** Steady work, of which the second hour brings only images of 4096 pixels, and far fewer. */
  static Demand changing(double gpus) {
    return steady(gpus, 3 * HOUR).onlyLarge(HOUR, 2 * HOUR);
  }

  static List<Demand> all() {
    return List.of(steady(10, 2 * HOUR), bursts(20, 3), day(20), ramp(20));
  }
}
