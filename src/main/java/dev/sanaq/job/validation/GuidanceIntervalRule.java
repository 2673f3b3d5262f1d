package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import java.util.List;

/** The rule for {@code guidanceInterval}: {@code [start, stop]}. */
final class GuidanceIntervalRule {
  private GuidanceIntervalRule() {}

  /** Reads and validates the interval: two numbers with 0 &lt;= start &lt; stop &lt;= 1. */
  static List<Double> read(FieldReader fields, List<Double> defaultValue) {
    if (!fields.has(RequestFields.GUIDANCE_INTERVAL)) {
      return defaultValue;
    }
    int errorsBefore = fields.errors().size();
    List<?> values = fields.list(RequestFields.GUIDANCE_INTERVAL);
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
        RequestFields.GUIDANCE_INTERVAL,
        "two numbers [start, stop] with 0 <= start < stop <= 1",
        defaultValue);
  }
}
