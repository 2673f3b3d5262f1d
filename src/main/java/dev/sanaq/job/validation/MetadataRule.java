package dev.sanaq.job.validation;

import dev.sanaq.job.RequestFields;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rule for {@code metadata}: any JSON object that is small and can be written again. */
final class MetadataRule {
  private static final int MAX_DEPTH = 8;
  // Quotes and brackets count too, so that empty lists have a size.
  private static final long BRACKETS = 2;

  private MetadataRule() {}

  /** The client's object; empty if there is none, or if it is invalid. */
  static Map<String, Object> read(FieldReader fields, int maxLength) {
    Map<String, Object> metadata = fields.object(RequestFields.METADATA);
    if (size(metadata, 0) <= maxLength) {
      return metadata;
    }
    return fields.reject(
        RequestFields.METADATA,
        "at most %s characters, %s levels, finite numbers, well-formed text"
            .formatted(maxLength, MAX_DEPTH),
        Map.<String, Object>of());
  }

  // Values that are never allowed count as infinitely long.
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
