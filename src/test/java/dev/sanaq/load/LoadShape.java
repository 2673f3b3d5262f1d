package dev.sanaq.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** When requests come and what they ask for, as {@code load-tests/load/shapes.js} has it. */
enum LoadShape {
  /** At one rate. */
  STEADY,
  /** A tenth of the time five times as much, and nothing for as long afterwards. */
  BURST,
  /** From nothing to twice the rate. */
  RAMP,
  /** At one rate, of several sizes, steps and priorities. */
  MIXED;

  private static final double BURST_START = 0.4;
  private static final double BURST_END = 0.5;
  private static final double PAUSE_END = 0.6;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Seconds from the beginning, in order. */
  List<Double> dueTimes(double rate, int seconds) {
    List<Double> times = new ArrayList<>();
    double due = 0;
    for (double at = 0; at < seconds; at += 0.01) {
      due += rateAt(at / seconds) * rate * 0.01;
      while (times.size() + 1 <= due) {
        times.add(at);
      }
    }
    return times;
  }

  private double rateAt(double part) {
    return switch (this) {
      case STEADY, MIXED -> 1;
      case RAMP -> 2 * part;
      case BURST ->
          part >= BURST_START && part < BURST_END
              ? 5
              : part >= BURST_END && part < PAUSE_END ? 0 : 1;
    };
  }

  /** A request of that id. */
  String request(String id, int side, int steps, Random random) {
    boolean mixed = this == MIXED;
    double draw = random.nextDouble();
    return ("{\"id\":\"%s\",\"prompt\":\"a red apple on a wooden table\",\"width\":%d,\"height\":%d,"
            + "\"steps\":%d,\"priority\":\"%s\",\"resolutionBinning\":false}")
        .formatted(
            id,
            mixed && draw < 0.2 ? 2 * side : side,
            side,
            mixed && draw >= 0.6 ? 2 * steps : steps,
            mixed ? priority(draw) : "normal");
  }

  private static String priority(double draw) {
    return draw < 0.1 ? "high" : draw < 0.8 ? "normal" : "low";
  }
}
