package dev.sanaq.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** Plots seconds per step over pixels, both logarithmic: measured, and with softmax attention. */
final class Plot {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 420;
  private static final int LEFT = 60;
  private static final int BOTTOM = 370;
  private static final int TOP = 30;
  private static final int RIGHT = 610;

  private final List<StageTiming> sizes;
  private final double minPixels;
  private final double maxPixels;
  private final double minSeconds;
  private final double maxSeconds;

  private Plot(List<StageTiming> sizes) {
    this.sizes = sizes;
    this.minPixels = sizes.stream().mapToDouble(Plot::pixels).min().orElseThrow();
    this.maxPixels = sizes.stream().mapToDouble(Plot::pixels).max().orElseThrow();
    this.minSeconds = sizes.stream().mapToDouble(StageTiming::seconds).min().orElseThrow();
    this.maxSeconds = sizes.stream().mapToDouble(Plot::quadratic).max().orElseThrow();
  }

  /** The plot as SVG. */
  static String svg(List<StageTiming> sizes) {
    return new Plot(sizes).render();
  }

  private String render() {
    StringBuilder marks = new StringBuilder();
    curve(marks, Plot::quadratic, "#c9a227");
    curve(marks, StageTiming::seconds, "#2a6f97");
    for (StageTiming size : sizes) {
      String side = String.format(Locale.ROOT, "%.0f", size.number("height").orElse(0));
      text(marks, x(size), BOTTOM + 18, "middle", side);
      text(marks, x(size), y(size.seconds()) + 18, "middle", seconds(size.seconds()));
      text(marks, x(size), y(quadratic(size)) - 8, "middle", seconds(quadratic(size)));
    }
    text(
        marks,
        LEFT,
        18,
        "start",
        "Seconds a step by the image's side in pixels (both logarithmic).");
    text(
        marks,
        LEFT,
        HEIGHT - 8,
        "start",
        "Below: measured. Above: the same with softmax attention, at the limit's rate.");
    return """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="sans-serif" font-size="12">
    <rect width="100%%" height="100%%" fill="white"/>
    <path d="M%s %s V%s H%s" fill="none" stroke="#888"/>
    %s</svg>
    """
        .formatted(WIDTH, HEIGHT, LEFT, TOP, BOTTOM, RIGHT, marks);
  }

  private void curve(StringBuilder marks, ToDoubleFunction<StageTiming> value, String colour) {
    StringBuilder points = new StringBuilder();
    for (StageTiming size : sizes) {
      points.append("%s,%s ".formatted(x(size), y(value.applyAsDouble(size))));
      marks.append(
          "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\"/>%n"
              .formatted(x(size), y(value.applyAsDouble(size)), colour));
    }
    marks.append(
        "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n"
            .formatted(points.toString().strip(), colour));
  }

  private static void text(StringBuilder marks, int x, int y, String anchor, String text) {
    marks.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n".formatted(x, y, anchor, text));
  }

  private int x(StageTiming size) {
    double part = Math.log(pixels(size) / minPixels) / Math.log(maxPixels / minPixels);
    return (int) Math.round(LEFT + 30 + part * (RIGHT - LEFT - 60));
  }

  private int y(double seconds) {
    double part = Math.log(seconds / minSeconds) / Math.log(maxSeconds / minSeconds);
    return (int) Math.round(BOTTOM - 30 - part * (BOTTOM - TOP - 60));
  }

  private static double pixels(StageTiming size) {
    return size.number("height").orElseThrow() * size.number("width").orElseThrow();
  }

  private static double quadratic(StageTiming size) {
    return size.number("with_quadratic_attention").orElseThrow();
  }

  private static String seconds(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.2f s" : "%.0f s", value);
  }
}
