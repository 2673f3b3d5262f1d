package dev.sanaq.scaling;

import java.util.List;

/** The demands of the simulation. Their seeds are fixed. */
final class Scenarios {
  private static final int HOUR = 3600;

  private Scenarios() {}

  /** A constant demand that keeps a number of GPUs busy. */
  static Demand steady(double gpus, int seconds) {
    return Demand.of("steady", seconds, 1, second -> gpus / Demand.meanWork());
  }

  /** Every hour five minutes of demand for a number of GPUs, and nothing in between. */
  static Demand bursts(double gpus, int hours) {
    return Demand.of(
        "bursts",
        hours * HOUR,
        2,
        second -> second % HOUR >= 600 && second % HOUR < 900 ? gpus / Demand.meanWork() : 0);
  }

  /** A day's curve in four hours: from nothing to the maximum and back. */
  static Demand day(double gpus) {
    int length = 4 * HOUR;
    return Demand.of(
        "day",
        length,
        3,
        second -> gpus / Demand.meanWork() * Math.pow(Math.sin(Math.PI * second / length), 2));
  }

  /** From nothing to the maximum in an hour. */
  static Demand ramp(double gpus) {
    return Demand.of("ramp", HOUR, 4, second -> gpus / Demand.meanWork() * second / HOUR);
  }

  /** Constant work; in the second of three hours all images have 4096 pixels and are far fewer. */
  static Demand changing(double gpus) {
    return steady(gpus, 3 * HOUR).onlyLarge(HOUR, 2 * HOUR);
  }

  static List<Demand> all() {
    return List.of(steady(10, 2 * HOUR), bursts(20, 3), day(20), ramp(20));
  }
}
