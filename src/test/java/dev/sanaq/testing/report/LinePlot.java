package dev.sanaq.testing.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Line charts as SVG: one panel for each unit, all with the same horizontal axis. */
public final class LinePlot {
  private static final int WIDTH = 760;
  private static final int HEIGHT = 200;
  private static final int LEFT = 70;
  private static final int TOP = 34;
  private static final int GAP = 58;
  private static final String[] COLOURS = {"#2a6f97", "#c9a227", "#9d4edd", "#2d6a4f", "#bc4749"};

  private final String title;
  private final String axis;
  private final List<Panel> panels = new ArrayList<>();

  /** A line with its label and its points {x, y}. */
  public record Line(String label, List<double[]> points) {}

  private record Panel(String unit, List<Line> lines) {}

  /**
   * @param axis the unit of the horizontal axis
   */
  public LinePlot(String title, String axis) {
    this.title = title;
    this.axis = axis;
  }

  /** Adds a panel below the others. */
  public LinePlot panel(String unit, List<Line> lines) {
    panels.add(new Panel(unit, lines));
    return this;
  }

  /** Returns the SVG. */
  public String svg() {
    StringBuilder marks = new StringBuilder();
    text(marks, 10, 18, "start\" font-weight=\"bold", title);
    int top = TOP;
    for (Panel panel : panels) {
      appendPanel(marks, panel, top);
      top += HEIGHT + GAP;
    }
    return """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        %s</svg>
        """
        .formatted(WIDTH, top, marks);
  }

  private void appendPanel(StringBuilder marks, Panel panel, int top) {
    double maxX = max(panel, 0);
    double maxY = max(panel, 1);
    int width = WIDTH - LEFT - 20;
    marks.append(
        "<path d=\"M%s %sV%sH%s\" fill=\"none\" stroke=\"#555\"/>%n"
            .formatted(LEFT, top + 8, top + HEIGHT, LEFT + width));
    text(marks, LEFT - 6, top + 16, "end", number(maxY));
    text(marks, LEFT - 6, top + HEIGHT, "end", "0");
    text(marks, LEFT, top + HEIGHT + 16, "start", "0");
    text(marks, LEFT + width, top + HEIGHT + 16, "end", number(maxX) + " " + axis);
    text(marks, LEFT + 6, top + 4, "start", panel.unit());
    for (int i = 0; i < panel.lines().size(); i++) {
      Line line = panel.lines().get(i);
      StringBuilder path = new StringBuilder();
      for (double[] point : line.points()) {
        path.append(
            String.format(
                Locale.ROOT,
                "%s%.1f %.1f",
                path.isEmpty() ? "M" : "L",
                LEFT + point[0] / maxX * width,
                top + HEIGHT - point[1] / maxY * (HEIGHT - 12)));
      }
      marks.append(
          "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\"/>%n"
              .formatted(path, COLOURS[i % COLOURS.length]));
      text(
          marks,
          LEFT + 140 + i * 150,
          top + 4,
          "start\" fill=\"" + COLOURS[i % COLOURS.length],
          line.label());
    }
  }

  private static double max(Panel panel, int coordinate) {
    return Math.max(
        1e-9,
        panel.lines().stream()
            .flatMap(line -> line.points().stream())
            .mapToDouble(point -> point[coordinate])
            .max()
            .orElse(1));
  }

  private static void text(StringBuilder marks, int x, int y, String anchor, String text) {
    marks.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>%n".formatted(x, y, anchor, text));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }
}
