package dev.sanaq.train.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class LossPlotTest {
  @TempDir private Path folder = Path.of("");

  @Test
  void everyLoss_isPlottedOverAllSteps() throws Exception {
    Document svg = parse(LossPlot.toSvg(lines(100)));
    NodeList curves = svg.getElementsByTagName("polyline");
    assertThat(curves.getLength()).isEqualTo(2);
    List<double[]> points = points((Element) curves.item(0));
    assertThat(points).hasSize(100);
    assertThat(points.get(0)).containsExactly(60, 32); // the greatest loss at the first step
    assertThat(points.get(99)[0]).isEqualTo(704);
    assertThat(points.get(99)[1]).isCloseTo(360, within(8.0));
    assertThat(texts(svg)).contains("loss", "validation_loss", "step").doesNotContain("lr");
  }

  @Test
  void manyPoints_areDownsampled() throws Exception {
    Document svg = parse(LossPlot.toSvg(lines(10_000)));
    assertThat(points((Element) svg.getElementsByTagName("polyline").item(0))).hasSize(400);
  }

  @Test
  void noNumbers_givesEmptyPlot() throws Exception {
    assertThat(parse(LossPlot.toSvg(List.of())).getElementsByTagName("polyline").getLength())
        .isZero();
    List<Map<String, Object>> nan = List.of(Map.of("step", 1, "loss", "NaN"));
    assertThat(parse(LossPlot.toSvg(nan)).getElementsByTagName("polyline").getLength()).isZero();
  }

  @Test
  void constantLoss_isPlottable() throws Exception {
    List<Map<String, Object>> lines =
        List.of(Map.of("step", 1, "loss", 2), Map.of("step", 2, "loss", 2));
    assertThat(
            points((Element) parse(LossPlot.toSvg(lines)).getElementsByTagName("polyline").item(0)))
        .hasSize(2)
        .allMatch(point -> Double.isFinite(point[0]) && Double.isFinite(point[1]));
  }

  @Test
  void write_readsMetricsLog() throws IOException {
    MetricsLog log = MetricsLog.resume(folder.resolve("m.jsonl"), -1);
    log.append(Map.of("step", 1, "loss", 0.5));
    LossPlot.write(folder.resolve("m.jsonl"), folder.resolve("m.svg"));
    assertThat(folder.resolve("m.svg")).content().contains("polyline");
    assertThat(folder.resolve("m.svg.part")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 0 0.2 0.4 0.6 0.8 1",
    "37, 1738, 500 1000 1500",
    "-0.02, 0.013, -0.02 -0.01 0 0.01"
  })
  void ticks_areRoundNumbers(double low, double high, String marks) {
    Stream<String> found = new PlotAxis(low, high, 0, 1).ticks().stream().map(PlotAxis::tickLabel);
    assertThat(found).containsExactly(marks.split(" ", -1));
  }

  private static List<Map<String, Object>> lines(int count) {
    List<Map<String, Object>> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("step", 10 * i);
      line.put("loss", 1.0 / (i + 1));
      line.put("lr", 1e-4);
      if (i % 10 == 0) {
        line.put("validation_loss", 0.5 / (i + 1));
      }
      lines.add(line);
    }
    return lines;
  }

  private static Document parse(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)));
  }

  private static List<double[]> points(Element polyline) {
    return Stream.of(polyline.getAttribute("points").strip().split(" ", -1))
        .map(point -> Stream.of(point.split(",", -1)).mapToDouble(Double::parseDouble).toArray())
        .toList();
  }

  private static List<String> texts(Document svg) {
    NodeList texts = svg.getElementsByTagName("text");
    List<String> all = new ArrayList<>();
    for (int i = 0; i < texts.getLength(); i++) {
      all.add(texts.item(i).getTextContent());
    }
    return all;
  }
}
