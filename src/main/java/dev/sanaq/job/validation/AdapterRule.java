package dev.sanaq.job.validation;

import dev.sanaq.job.JobAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a request's {@code adapters}: a list of {@code {"name": ..., "scale": ...}}. */
final class AdapterRule {
  private static final String FIELD = "adapters";
  private static final int MAX_ADAPTERS = 8;
  private static final double MAX_SCALE = 4;
  private static final int MAX_NAME_LENGTH = 128;

  private AdapterRule() {}

  /**
   * Reads them.
   *
   * @param known those that the model has; empty where only the workers know
   */
  static List<JobAdapter> read(FieldReader fields, Optional<List<String>> known) {
    List<?> items = fields.list(FIELD);
    if (items.size() > MAX_ADAPTERS) {
      return fields.reject(FIELD, "at most %d adapters".formatted(MAX_ADAPTERS), List.of());
    }
    List<JobAdapter> adapters = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Map<?, ?> item)) {
        return fields.reject(FIELD, "objects with a name", List.of());
      }
      FieldReader inner = fields.item(FIELD, i, item);
      inner.rejectUnknown(List.of("name", "scale"));
      String name = name(inner, known);
      double scale = inner.number("scale", 1, -MAX_SCALE, MAX_SCALE);
      if (adapters.stream().anyMatch(other -> other.name().equals(name))) {
        inner.reject("name", "an adapter once", name);
      }
      adapters.add(new JobAdapter(name, scale));
    }
    return adapters;
  }

  private static String name(FieldReader inner, Optional<List<String>> known) {
    String name = inner.string("name", "", 1, MAX_NAME_LENGTH);
    if (name.isEmpty() || known.isEmpty() || known.get().contains(name)) {
      return name;
    }
    String those =
        known.get().isEmpty()
            ? "none, this worker has no adapters"
            : String.join(", ", known.get());
    return inner.reject("name", those, name);
  }
}
