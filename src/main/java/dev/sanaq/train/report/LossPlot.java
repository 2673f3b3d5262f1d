package dev.sanaq.train.report;

import dev.sanaq.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Plots the losses of a run over its steps as SVG.
 *
 * <p>Not XChart (3.8.8, Apache-2.0): its SVG writer brings PDFBox (4 MB) and draws text as
 * outlines: 164 kB for three points, where this class needs 10 kB for a whole run, and no text that
 * a reader or a test could search. JFreeChart's SVG writer, JFreeSVG, is GPL.
 */
public final class LossPlot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 400;
  private static final int LEFT = 60;
  private static final int RIGHT = 16;
  private static final int TOP = 32;
  private static final int BOTTOM = 40;
  private static final int LEGEND_WIDTH = 130;

  /** Colours that are distinguishable with colour blindness (Okabe and Ito). */
  private static final List<String> COLORS =
      List.of("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000");

  private LossPlot() {}

  /**
   * Plots every metric whose key contains {@code loss}; without one, the plot is empty.
   *
   * @param metrics file of a {@link MetricsLog}
   * @param svg target file, replaced atomically
   */
  public static void write(Path metrics, Path svg) throws IOException {
    AtomicFile.write(svg, toSvg(MetricsLog.read(metrics)));
  }

  static String toSvg(List<Map<String, Object>> lines) {
    Set<String> names = new LinkedHashSet<>();
    lines.forEach(
        line -> line.keySet().stream().filter(key -> key.contains("loss")).forEach(names::add));
    List<MetricSeries> series =
        names.stream()
            .map(n -> MetricSeries.fromLog(n, lines))
            .filter(c -> !c.points().isEmpty())
            .toList();
    PlotAxis x =
        PlotAxis.covering(
            series.stream().flatMap(c -> c.points().stream()).mapToDouble(MetricSeries.Point::step),
            LEFT,
            WIDTH - RIGHT);
    PlotAxis y =
        PlotAxis.covering(
            series.stream()
                .flatMap(c -> c.points().stream())
                .mapToDouble(MetricSeries.Point::value),
            HEIGHT - BOTTOM,
            TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" \
        font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="#fff"/>
        """
            .formatted(WIDTH, HEIGHT, WIDTH, HEIGHT));
    appendAxes(svg, x, y);
    for (int i = 0; i < series.size(); i++) {
      appendSeries(svg, series.get(i), i, x, y);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void appendAxes(StringBuilder svg, PlotAxis x, PlotAxis y) {
    for (double tick : y.ticks()) {
      appendLine(svg, x.startPixel(), y.toPixel(tick), x.endPixel(), y.toPixel(tick), "#ddd");
      appendText(svg, x.startPixel() - 6, y.toPixel(tick) + 4, "end", PlotAxis.tickLabel(tick));
    }
    for (double tick : x.ticks()) {
      appendLine(svg, x.toPixel(tick), y.startPixel(), x.toPixel(tick), y.startPixel() + 4, "#888");
      appendText(svg, x.toPixel(tick), y.startPixel() + 18, "middle", PlotAxis.tickLabel(tick));
    }
    appendLine(svg, x.startPixel(), y.startPixel(), x.endPixel(), y.startPixel(), "#888");
    appendText(svg, (x.startPixel() + x.endPixel()) / 2, HEIGHT - 6, "middle", MetricsLog.STEP);
  }

  private static void appendSeries(
      StringBuilder svg, MetricSeries series, int number, PlotAxis x, PlotAxis y) {
    String color = COLORS.get(number % COLORS.size());
    svg.append(
        "<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"%s\" points=\"".formatted(color));
    for (MetricSeries.Point point : series.points()) {
      svg.append(format("%.1f,%.1f ", x.toPixel(point.step()), y.toPixel(point.value())));
    }
    svg.append("\"/>\n");
    double left = LEFT + (double) number * LEGEND_WIDTH;
    svg.append(
        format(
            "<rect x=\"%.0f\" y=\"10\" width=\"12\" height=\"12\" fill=\"%s\"/>\n", left, color));
    appendText(svg, left + 17, 20, "start", series.name());
  }

  private static void appendLine(
      StringBuilder svg, double x1, double y1, double x2, double y2, String color) {
    svg.append(
        format(
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n",
            x1, y1, x2, y2, color));
  }

  private static void appendText(
      StringBuilder svg, double x, double y, String anchor, String text) {
    svg.append(
        format(
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
