package dev.sanaq.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/** The arrival times and the parameters of requests, as in {@code load-tests/load/shapes.js}. */
enum LoadShape {
  /** One rate. */
  STEADY,
  /** Five times the rate for a tenth of the time, then nothing for as long. */
  BURST,
  /** From nothing to twice the rate. */
  RAMP,
  /** One rate, with several sizes, steps and priorities. */
  MIXED;

  private static final double BURST_START = 0.4;
  private static final double BURST_END = 0.5;
  private static final double PAUSE_END = 0.6;

  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns when each job is due, in seconds from the start, in order. */
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

  private double rateAt(double elapsed) {
    return switch (this) {
      case STEADY, MIXED -> 1;
      case RAMP -> 2 * elapsed;
      case BURST ->
          elapsed >= BURST_START && elapsed < BURST_END
              ? 5
              : elapsed >= BURST_END && elapsed < PAUSE_END ? 0 : 1;
    };
  }

  /** Returns a request as JSON. */
  String request(String id, int side, int steps, Random random) {
    boolean mixed = this == MIXED;
    double sample = random.nextDouble();
    return ("{\"id\":\"%s\",\"prompt\":\"a red apple on a wooden table\",\"width\":%s,\"height\":%s,"
            + "\"steps\":%s,\"priority\":\"%s\",\"resolutionBinning\":false}")
        .formatted(
            id,
            mixed && sample < 0.2 ? 2 * side : side,
            side,
            mixed && sample >= 0.6 ? 2 * steps : steps,
            mixed ? priority(sample) : "normal");
  }

  private static String priority(double sample) {
    return sample < 0.1 ? "high" : sample < 0.8 ? "normal" : "low";
  }
}
