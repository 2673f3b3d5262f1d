package dev.sanaq.job;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rule for metadata: any JSON, but small, and such that it can be written again. */
final class Metadata {
  private static final int DEEPEST = 8;
  // Quotes and brackets count too: a list of empty lists is not free.
  private static final long BRACKETS = 2;

  private Metadata() {}

  /** The sender's own object; empty where there is none or where it breaks the rule. */
  static Map<String, Object> read(Fields fields, int longest) {
    Map<String, Object> metadata = fields.object("metadata");
    if (size(metadata, 0) <= longest) {
      return metadata;
    }
    return fields.complain(
        "metadata",
        "at most %d characters, %d levels, finite numbers, well-formed text"
            .formatted(longest, DEEPEST),
        Map.<String, Object>of());
  }

  // What can not be allowed at any length counts as infinitely long.
  private static long size(@Nullable Object value, int depth) {
    if (depth > DEEPEST) {
      return Integer.MAX_VALUE;
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .mapToLong(e -> size(e.getKey(), depth) + size(e.getValue(), depth + 1))
          .reduce(BRACKETS, Long::sum);
    }
    if (value instanceof List<?> list) {
      return list.stream().mapToLong(inner -> size(inner, depth + 1)).reduce(BRACKETS, Long::sum);
    }
    if (value instanceof Number number && !Double.isFinite(number.doubleValue())) {
      return Integer.MAX_VALUE;
    }
    if (value instanceof String text && Shown.broken(text)) {
      return Integer.MAX_VALUE;
    }
    return BRACKETS + String.valueOf(value).length();
  }
}
