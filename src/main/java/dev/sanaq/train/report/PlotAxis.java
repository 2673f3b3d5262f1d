package dev.sanaq.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A linear axis of a plot: maps values to pixels and chooses ticks at round numbers.
 *
 * @param min smallest value
 * @param max largest value
 * @param startPixel pixel of {@code min}
 * @param endPixel pixel of {@code max}
 */
record PlotAxis(double min, double max, double startPixel, double endPixel) {
  private static final int MAX_TICKS = 6;

  /** An axis that covers all values. */
  static PlotAxis covering(DoubleStream values, double start, double end) {
    double[] array = values.toArray();
    double min = DoubleStream.of(array).min().orElse(0);
    double max = DoubleStream.of(array).max().orElse(1);
    return new PlotAxis(min, max > min ? max : min + 1, start, end);
  }

  double toPixel(double value) {
    return startPixel + (value - min) / (max - min) * (endPixel - startPixel);
  }

  /** Round numbers within the axis, about six at most. */
  List<Double> ticks() {
    double rough = (max - min) / MAX_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double unit = rough / power;
    double step = power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
    List<Double> ticks = new ArrayList<>();
    for (double i = Math.ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) {
      ticks.add(i * step + 0.0); // no -0
    }
    return ticks;
  }

  /** Label of a tick without trailing zeros. */
  static String tickLabel(double tick) {
    return String.format(Locale.ROOT, "%.4g", tick)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }
}
