package dev.sanaq.job.validation;

import dev.sanaq.job.JobAdapter;
import dev.sanaq.job.RequestFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rule for {@code adapters}: a list of {@code {"name": ..., "scale": ...}}. */
final class AdapterRule {
  private static final int MAX_ADAPTERS = 8;
  private static final double MAX_SCALE = 4;
  private static final int MAX_NAME_LENGTH = 128;

  private AdapterRule() {}

  /**
   * Reads and validates the adapters.
   *
   * @param known the model's adapters; empty if only the workers know them
   */
  static List<JobAdapter> read(FieldReader fields, Optional<List<String>> known) {
    List<?> items = fields.list(RequestFields.ADAPTERS);
    if (items.size() > MAX_ADAPTERS) {
      return fields.reject(
          RequestFields.ADAPTERS, "at most %s adapters".formatted(MAX_ADAPTERS), List.of());
    }
    List<JobAdapter> adapters = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof Map<?, ?> item)) {
        return fields.reject(RequestFields.ADAPTERS, "objects with a name", List.of());
      }
      FieldReader inner = fields.item(RequestFields.ADAPTERS, i, item);
      inner.rejectUnknown(RequestFields.OF_ADAPTER);
      String name = name(inner, known);
      double scale = inner.number(RequestFields.ADAPTER_SCALE, 1, -MAX_SCALE, MAX_SCALE);
      if (adapters.stream().anyMatch(other -> other.name().equals(name))) {
        inner.reject(RequestFields.ADAPTER_NAME, "each adapter once", name);
      }
      adapters.add(new JobAdapter(name, scale));
    }
    return adapters;
  }

  private static String name(FieldReader inner, Optional<List<String>> known) {
    String name = inner.string(RequestFields.ADAPTER_NAME, "", 1, MAX_NAME_LENGTH);
    if (name.isEmpty() || known.isEmpty() || known.get().contains(name)) {
      return name;
    }
    String allowed =
        known.get().isEmpty()
            ? "none, this worker has no adapters"
            : String.join(", ", known.get());
    return inner.reject(RequestFields.ADAPTER_NAME, allowed, name);
  }
}
