package dev.sanaq.benchmark;

import dev.sanaq.json.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * One line of the answer: a stage and its seconds, and what else is known of it.
 *
 * @param stage such as {@code step}
 * @param seconds the median
 * @param more further fields by name: numbers and texts
 */
public record Line(String stage, double seconds, Map<String, Object> more) {
  private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_UP);

  /** A copy that nobody changes. */
  public Line {
    more = Collections.unmodifiableMap(new LinkedHashMap<>(more));
  }

  /** The median of these times, with the least and the most of them. */
  static Line of(String stage, List<Spent> times) {
    double[] wall = times.stream().mapToDouble(Spent::seconds).sorted().toArray();
    double[] cpu = times.stream().mapToDouble(Spent::cpuSeconds).sorted().toArray();
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("min", wall[0]);
    more.put("max", wall[wall.length - 1]);
    more.put("runs", wall.length);
    more.put("cpu_seconds", median(cpu));
    return new Line(stage, median(wall), more);
  }

  static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  Line with(String name, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(more);
    all.put(name, value);
    return new Line(stage, seconds, all);
  }

  /** A field that is a number. */
  OptionalDouble number(String name) {
    return more.get(name) instanceof Number n
        ? OptionalDouble.of(n.doubleValue())
        : OptionalDouble.empty();
  }

  /** One JSON object. */
  public String json() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("stage", stage);
    all.put("seconds", rounded(seconds));
    more.forEach((name, value) -> all.put(name, rounded(value)));
    return new String(Json.write(all), StandardCharsets.UTF_8);
  }

  private static Object rounded(Object value) {
    return value instanceof Double number ? plain(number) : value;
  }

  private static BigDecimal plain(double number) {
    BigDecimal short5 = new BigDecimal(number, DIGITS).stripTrailingZeros();
    return short5.scale() < 0 ? short5.setScale(0) : short5;
  }
}
