package dev.sanaq.job.validation;

import dev.sanaq.job.JobAdapter;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.validation.ModelDefaults.KnownAdapter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The rule for {@code adapters}: a list of {@code {"name": ..., "scale": ..., "sha256": ...}}. */
final class AdapterRule {
  private static final int MAX_ADAPTERS = 8;
  private static final double MAX_SCALE = 4;
  private static final int MAX_NAME_LENGTH = 128;
  private static final int HASH_LENGTH = 64;
  private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

  private AdapterRule() {}

  /**
   * Reads and validates the adapters.
   *
   * @param known the model's adapters; empty if only the workers know them
   */
  static List<JobAdapter> read(FieldReader fields, Optional<List<KnownAdapter>> known) {
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
      String name = inner.string(RequestFields.ADAPTER_NAME, "", 1, MAX_NAME_LENGTH);
      double scale = inner.number(RequestFields.ADAPTER_SCALE, 1, -MAX_SCALE, MAX_SCALE);
      String sha256 = sha256(inner, name, known);
      if (adapters.stream().anyMatch(other -> other.name().equals(name))) {
        inner.reject(RequestFields.ADAPTER_NAME, "each adapter once", name);
      }
      adapters.add(new JobAdapter(name, scale, sha256));
    }
    return adapters;
  }

  /** The adapter's hash: the worker's, which the request's must equal if it has one. */
  private static String sha256(FieldReader inner, String name, Optional<List<KnownAdapter>> known) {
    String wanted = inner.string(RequestFields.ADAPTER_SHA256, "", 0, HASH_LENGTH);
    if (!wanted.isEmpty() && !HASH.matcher(wanted).matches()) {
      return inner.reject(RequestFields.ADAPTER_SHA256, "64 hexadecimal digits", wanted);
    }
    if (name.isEmpty() || known.isEmpty()) {
      return wanted.toLowerCase(Locale.ROOT);
    }
    KnownAdapter adapter =
        known.get().stream().filter(a -> a.name().equals(name)).findFirst().orElse(null);
    if (adapter == null) {
      return inner.reject(RequestFields.ADAPTER_NAME, names(known.get()), wanted);
    }
    if (!adapter.problem().isEmpty()) {
      String reason = "a usable adapter; this one is not: " + adapter.problem();
      return inner.reject(RequestFields.ADAPTER_NAME, reason, wanted);
    }
    if (!wanted.isEmpty() && !wanted.equalsIgnoreCase(adapter.sha256())) {
      String reason = "%s, the worker's file of that name".formatted(adapter.sha256());
      return inner.reject(RequestFields.ADAPTER_SHA256, reason, wanted);
    }
    return adapter.sha256();
  }

  private static String names(List<KnownAdapter> known) {
    return known.isEmpty()
        ? "none, this worker has no adapters"
        : known.stream().map(KnownAdapter::name).collect(Collectors.joining(", "));
  }
}
