package dev.sanaq.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A side of a plot: from values to pixels, with marks at round numbers.
 *
 * @param low the least value shown
 * @param high the greatest
 * @param start the pixel of {@code low}
 * @param end the pixel of {@code high}
 */
record Scale(double low, double high, double start, double end) {
  private static final int MARKS = 6;

  /** A side that shows all values. */
  static Scale over(DoubleStream values, double start, double end) {
    double[] all = values.toArray();
    double low = DoubleStream.of(all).min().orElse(0);
    double high = DoubleStream.of(all).max().orElse(1);
    return new Scale(low, high > low ? high : low + 1, start, end);
  }

  double pixel(double value) {
    return start + (value - low) / (high - low) * (end - start);
  }

  /** Round numbers within, at most some six. */
  List<Double> marks() {
    double rough = (high - low) / MARKS;
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double unit = rough / power;
    double step = power * (unit <= 1 ? 1 : unit <= 2 ? 2 : unit <= 5 ? 5 : 10);
    List<Double> marks = new ArrayList<>();
    for (double i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      marks.add(i * step + 0.0); // no -0
    }
    return marks;
  }

  /** A mark as text, no longer than it must be. */
  static String text(double mark) {
    return String.format(Locale.ROOT, "%.4g", mark)
        .replaceFirst("(\\.\\d*?)0+(e|$)", "$1$2")
        .replaceFirst("\\.(e|$)", "$1");
  }
}
