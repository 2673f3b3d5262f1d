package dev.sanaq.job.validation;

import java.util.List;

/** The rule for intervals of steps, such as {@code guidanceInterval}: {@code [start, stop]}. */
final class GuidanceIntervalRule {
  private GuidanceIntervalRule() {}

  /** Reads and validates the interval: two numbers with 0 &lt;= start &lt; stop &lt;= 1. */
  static List<Double> read(FieldReader fields, String name, List<Double> defaultValue) {
    if (!fields.has(name)) {
      return defaultValue;
    }
    int errorsBefore = fields.errors().size();
    List<?> values = fields.list(name);
    if (fields.errors().size() > errorsBefore) {
      return defaultValue; // not a list, and reported as such
    }
    if (values.size() == 2
        && values.get(0) instanceof Number first
        && values.get(1) instanceof Number second) {
      double start = first.doubleValue();
      double stop = second.doubleValue();
      if (start >= 0 && start < stop && stop <= 1) {
        return List.of(start, stop);
      }
    }
    return fields.reject(
        name, "two numbers [start, stop] with 0 <= start < stop <= 1", defaultValue);
  }
}
