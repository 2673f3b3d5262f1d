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
 * One line of a benchmark report: a stage, its time, and further fields.
 *
 * @param stage such as {@code step}
 * @param seconds the median
 * @param fields numbers and strings by name
 */
public record StageTiming(String stage, double seconds, Map<String, Object> fields) {
  private static final MathContext DIGITS = new MathContext(5, RoundingMode.HALF_UP);

  public StageTiming {
    fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
  }

  /** The median of these times, with minimum and maximum. */
  static StageTiming of(String stage, List<Elapsed> times) {
    double[] wall = times.stream().mapToDouble(Elapsed::seconds).sorted().toArray();
    double[] cpu = times.stream().mapToDouble(Elapsed::cpuSeconds).sorted().toArray();
    Map<String, Object> more = new LinkedHashMap<>();
    more.put("min", wall[0]);
    more.put("max", wall[wall.length - 1]);
    more.put("runs", wall.length);
    more.put("cpu_seconds", median(cpu));
    return new StageTiming(stage, median(wall), more);
  }

  static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  StageTiming withField(String name, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(fields);
    all.put(name, value);
    return new StageTiming(stage, seconds, all);
  }

  /** A numeric field, if present. */
  OptionalDouble number(String name) {
    return fields.get(name) instanceof Number n
        ? OptionalDouble.of(n.doubleValue())
        : OptionalDouble.empty();
  }

  /** The line as a JSON object. */
  public String toJson() {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("stage", stage);
    all.put("seconds", rounded(seconds));
    fields.forEach((name, value) -> all.put(name, rounded(value)));
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
