package dev.sanaq.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A metric over the steps.
 *
 * @param name key of the metric in the log
 * @param points points in the order of the steps
 */
record MetricSeries(String name, List<Point> points) {
  /** Points beyond this number cannot be distinguished on a plot. */
  private static final int MAX_POINTS = 400;

  /** A value at a step. */
  record Point(double step, double value) {}

  /** Reads a metric from the lines of a log; skips steps without a finite value. */
  static MetricSeries fromLog(String name, List<Map<String, Object>> lines) {
    List<Point> points = new ArrayList<>();
    for (Map<String, Object> line : lines) {
      if (line.get(MetricsLog.STEP) instanceof Number step
          && line.get(name) instanceof Number value
          && Double.isFinite(value.doubleValue())) {
        points.add(new Point(step.doubleValue(), value.doubleValue()));
      }
    }
    return new MetricSeries(name, points).downsample();
  }

  /** Replaces groups of points by their mean, so that at most {@link #MAX_POINTS} remain. */
  private MetricSeries downsample() {
    int group = (points.size() + MAX_POINTS - 1) / MAX_POINTS;
    if (group <= 1) {
      return this;
    }
    List<Point> means = new ArrayList<>();
    for (int start = 0; start < points.size(); start += group) {
      List<Point> window = points.subList(start, Math.min(start + group, points.size()));
      means.add(
          new Point(
              window.stream().mapToDouble(Point::step).average().orElseThrow(),
              window.stream().mapToDouble(Point::value).average().orElseThrow()));
    }
    return new MetricSeries(name, means);
  }
}
