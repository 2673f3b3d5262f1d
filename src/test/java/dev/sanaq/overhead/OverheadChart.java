package dev.sanaq.overhead;

import dev.sanaq.overhead.process.WorkerUnderTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Two bar charts as SVG: jobs per second, and latencies on a logarithmic scale. */
final class OverheadChart {
  private static final int WIDTH = 720;
  private static final int LEFT = 130;
  private static final int MAX_BAR_WIDTH = 480;
  private static final int ROW_HEIGHT = 18;
  private static final double MIN_MILLIS = 1;

  private final Map<String, Measurement> medians;
  private final StringBuilder marks = new StringBuilder();
  private int y = 10;

  private record Bar(String label, double length, String value, String colour) {}

  /**
   * @param medians by label, in the order of their rows
   */
  OverheadChart(Map<String, Measurement> medians) {
    this.medians = medians;
  }

  /** The image's text. */
  String svg() {
    addThroughputPanel();
    addLatencyPanel();
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        %s</svg>
        """
        .formatted(WIDTH, y + 10, marks);
  }

  private void addThroughputPanel() {
    double most = medians.values().stream().mapToDouble(Measurement::jobsPerSecond).max().orElse(1);
    List<Bar> bars = new ArrayList<>();
    medians.forEach(
        (label, m) ->
            bars.add(
                new Bar(
                    label, m.jobsPerSecond() / most, number(m.jobsPerSecond()), colour(label))));
    panel("jobs per second, queue full", bars);
  }

  private void addLatencyPanel() {
    double most = medians.values().stream().mapToDouble(Measurement::p999).max().orElse(1);
    List<Bar> bars = new ArrayList<>();
    medians.forEach(
        (label, m) -> {
          bars.add(latencyBar(label + " p50", m.p50(), most, label));
          bars.add(latencyBar("p99", m.p99(), most, label));
          bars.add(latencyBar("p99.9", m.p999(), most, label));
        });
    panel("milliseconds from record to event at the lower rate (logarithmic)", bars);
  }

  private static Bar latencyBar(String label, double millis, double maxMillis, String worker) {
    double length =
        Math.log(Math.max(MIN_MILLIS, millis) / MIN_MILLIS) / Math.log(maxMillis / MIN_MILLIS);
    return new Bar(label, length, number(millis), colour(worker));
  }

  private void panel(String title, List<Bar> bars) {
    y += ROW_HEIGHT;
    text(10, title, "start\" font-weight=\"bold");
    for (Bar bar : bars) {
      y += ROW_HEIGHT;
      text(LEFT - 6, bar.label(), "end");
      int length = (int) Math.round(bar.length() * MAX_BAR_WIDTH);
      marks.append(
          "<rect x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" fill=\"%s\"/>%n"
              .formatted(LEFT, y - ROW_HEIGHT + 6, length, ROW_HEIGHT - 4, bar.colour()));
      text(LEFT + length + 6, bar.value(), "start");
    }
    y += ROW_HEIGHT / 2;
  }

  private void text(int x, String text, String anchor) {
    marks.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n".formatted(x, y, anchor, text));
  }

  private static String colour(String label) {
    return label.startsWith(WorkerUnderTest.own().name()) ? "#2a6f97" : "#c9a227";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
  }
}
