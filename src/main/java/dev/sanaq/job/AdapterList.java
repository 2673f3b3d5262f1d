package dev.sanaq.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a request's {@code adapters}: a list of {@code {"name": ..., "scale": ...}}. */
final class AdapterList {
  private static final String FIELD = "adapters";
  private static final int MOST = 8;
  private static final double LARGEST_SCALE = 4;
  private static final int LONGEST_NAME = 128;

  private AdapterList() {}

  /**
   * Reads them.
   *
   * @param known those that the model has; empty where only the workers know
   */
  static List<JobAdapter> read(Fields fields, Optional<List<String>> known) {
    List<?> items = fields.list(FIELD);
    if (items.size() > MOST) {
      return fields.complain(FIELD, "at most %d adapters".formatted(MOST), List.of());
    }
    List<JobAdapter> adapters = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Map<?, ?> item)) {
        return fields.complain(FIELD, "objects with a name", List.of());
      }
      Fields inner = fields.item(FIELD, i, item);
      inner.only(List.of("name", "scale"));
      String name = name(inner, known);
      double scale = inner.number("scale", 1, -LARGEST_SCALE, LARGEST_SCALE);
      if (adapters.stream().anyMatch(other -> other.name().equals(name))) {
        inner.complain("name", "an adapter once", name);
      }
      adapters.add(new JobAdapter(name, scale));
    }
    return adapters;
  }

  private static String name(Fields inner, Optional<List<String>> known) {
    String name = inner.text("name", "", 1, LONGEST_NAME);
    if (name.isEmpty() || known.isEmpty() || known.get().contains(name)) {
      return name;
    }
    String those =
        known.get().isEmpty()
            ? "none, this worker has no adapters"
            : String.join(", ", known.get());
    return inner.complain("name", those, name);
  }
}
