package dev.sanaq.train.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A figure over the steps.
 *
 * @param name of the figure in the log
 * @param points in the steps' order
 */
record MetricSeries(String name, List<Point> points) {
  /** More points than this cannot be told apart on a plot. */
  private static final int MAX_POINTS = 400;

  /** A value at a step. */
  record Point(double step, double value) {}

  /** Of a log, a figure; steps that lack it, or have no number there, are left out. */
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

  /** As many points as can be told apart, each the mean of those that it stands for. */
  private MetricSeries downsample() {
    int group = (points.size() + MAX_POINTS - 1) / MAX_POINTS;
    if (group <= 1) {
      return this;
    }
    List<Point> means = new ArrayList<>();
    for (int start = 0; start < points.size(); start += group) {
      List<Point> part = points.subList(start, Math.min(start + group, points.size()));
      means.add(
          new Point(
              part.stream().mapToDouble(Point::step).average().orElseThrow(),
              part.stream().mapToDouble(Point::value).average().orElseThrow()));
    }
    return new MetricSeries(name, means);
  }
}
