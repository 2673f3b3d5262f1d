package dev.sanaq.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A side of a plot: from values to pixels, with marks at round numbers.
 *
 * @param min the least value shown
 * @param max the greatest
 * @param startPixel the pixel of {@code low}
 * @param endPixel the pixel of {@code high}
 */
record PlotAxis(double min, double max, double startPixel, double endPixel) {
  private static final int MAX_TICKS = 6;

  /** A side that shows all values. */
  static PlotAxis covering(DoubleStream values, double start, double end) {
    double[] all = values.toArray();
    double low = DoubleStream.of(all).min().orElse(0);
    double high = DoubleStream.of(all).max().orElse(1);
    return new PlotAxis(low, high > low ? high : low + 1, start, end);
  }

  double toPixel(double value) {
    return startPixel + (value - min) / (max - min) * (endPixel - startPixel);
  }

  /** Round numbers within, at most some six. */
  List<Double> ticks() {
    double rough = (max - min) / MAX_TICKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double unit = rough / power;
    double step = power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
    List<Double> marks = new ArrayList<>();
    for (double i = Math.ceil(min / step - 1e-9); i * step <= max + 1e-9 * step; i++) {
      marks.add(i * step + 0.0); // no -0
    }
    return marks;
  }

  /** A mark as text, no longer than it must be. */
  static String tickLabel(double mark) {
    return String.format(Locale.ROOT, "%.4g", mark)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }
}
