package dev.sanaq.job.validation;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rule for metadata: any JSON, but small, and such that it can be written again. */
final class MetadataRule {
  private static final int MAX_DEPTH = 8;
  // Quotes and brackets count too: a list of empty lists is not free.
  private static final long BRACKETS = 2;

  private MetadataRule() {}

  /** The sender's own object; empty where there is none or where it breaks the rule. */
  static Map<String, Object> read(FieldReader fields, int longest) {
    Map<String, Object> metadata = fields.object("metadata");
    if (size(metadata, 0) <= longest) {
      return metadata;
    }
    return fields.reject(
        "metadata",
        "at most %d characters, %d levels, finite numbers, well-formed text"
            .formatted(longest, MAX_DEPTH),
        Map.<String, Object>of());
  }

  // What can not be allowed at any length counts as infinitely long.
  private static long size(@Nullable Object value, int depth) {
    if (depth > MAX_DEPTH) {
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
    if (value instanceof String text && SafeText.hasLoneSurrogate(text)) {
      return Integer.MAX_VALUE;
    }
    return BRACKETS + String.valueOf(value).length();
  }
}
