package dev.sanaq.job.validation;

import dev.sanaq.job.FieldError;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a JSON object and collects all errors, so that they are reported at once. */
final class FieldReader {
  private static final int MAX_ERRORS = 30;

  private final Map<String, Object> values;
  private final String pathPrefix;
  private final List<FieldError> errors;

  private FieldReader(Map<String, Object> values, String path, List<FieldError> errors) {
    this.values = values;
    this.pathPrefix = path;
    this.errors = errors;
  }

  static FieldReader of(Map<String, Object> values) {
    return new FieldReader(values, "", new ArrayList<>());
  }

  /** The errors so far; at max 30, and one that counts the others. */
  List<FieldError> errors() {
    if (errors.size() <= MAX_ERRORS) {
      return List.copyOf(errors);
    }
    List<FieldError> first = new ArrayList<>(errors.subList(0, MAX_ERRORS));
    first.add(new FieldError("...", (errors.size() - MAX_ERRORS) + " more invalid fields", "none"));
    return first;
  }

  boolean has(String name) {
    return values.get(name) != null;
  }

  /** The value as it is. */
  @Nullable Object value(String name) {
    return values.get(name);
  }

  String string(String name, String defaultValue, int minLength, int maxLength) {
    Object value = values.get(name);
    if (value == null && minLength == 0) {
      return defaultValue;
    }
    String allowed =
        maxLength == Integer.MAX_VALUE
            ? "text"
            : "text of %s to %s characters".formatted(minLength, maxLength);
    if (!(value instanceof String text)) {
      return reject(name, allowed, defaultValue);
    }
    int length = text.codePointCount(0, text.length());
    if (length < minLength || length > maxLength) {
      String found = length == 0 ? "\"\"" : "%s characters".formatted(length);
      errors.add(new FieldError(pathPrefix + name, found, allowed));
      return defaultValue;
    }
    if (SafeText.hasLoneSurrogate(text) || text.indexOf('\0') >= 0) {
      return reject(name, "Unicode text without NUL or half surrogate pairs", defaultValue);
    }
    return text;
  }

  long integer(String name, long defaultValue, long min, long max) {
    return integer(name, defaultValue, min, max, "");
  }

  /** The same; {@code hint} ends the text of what is allowed. */
  long integer(String name, long defaultValue, long min, long max, String hint) {
    Object value = values.get(name);
    if (value == null) {
      return defaultValue;
    }
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (isWithin(exact, BigDecimal.valueOf(min), BigDecimal.valueOf(max)) && isInteger(exact)) {
        return exact.signum() == 0 ? 0 : exact.longValueExact();
      }
    }
    return reject(name, "a whole number from %s to %s".formatted(min, max) + hint, defaultValue);
  }

  double number(String name, double defaultValue, double min, double max) {
    Object value = values.get(name);
    if (value == null) {
      return defaultValue;
    }
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (isWithin(exact, BigDecimal.valueOf(min), BigDecimal.valueOf(max))) {
        return exact.doubleValue();
      }
    }
    return reject(name, "a number from %s to %s".formatted(min, max), defaultValue);
  }

  boolean flag(String name, boolean defaultValue) {
    Object value = values.get(name);
    if (value == null) {
      return defaultValue;
    }
    return value instanceof Boolean flag ? flag : reject(name, "true or false", defaultValue);
  }

  String choice(String name, String defaultValue, Collection<String> allowed) {
    Object value = values.get(name);
    if (value == null) {
      return defaultValue;
    }
    return value instanceof String text && allowed.contains(text)
        ? text
        : reject(name, String.join(", ", new TreeSet<>(allowed)), defaultValue);
  }

  @SuppressWarnings("unchecked") // names are strings
  Map<String, Object> object(String name) {
    Object value = values.get(name);
    if (value == null) {
      return Map.of();
    }
    return value instanceof Map<?, ?> map
        ? (Map<String, Object>) map
        : reject(name, "an object", Map.<String, Object>of());
  }

  /** The fields of a nested object; its errors are collected here, with dots in the names. */
  FieldReader nested(String name) {
    return new FieldReader(object(name), pathPrefix + name + ".", errors);
  }

  /** The fields of an object in a list; its errors are collected here. */
  @SuppressWarnings("unchecked") // names are strings
  FieldReader item(String name, int index, Map<?, ?> values) {
    String path = "%s%s[%s].".formatted(pathPrefix, name, index);
    return new FieldReader((Map<String, Object>) values, path, errors);
  }

  List<?> list(String name) {
    Object value = values.get(name);
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list ? list : reject(name, "a list", List.of());
  }

  /** Reports every unknown field, with the known field that it resembles. */
  void rejectUnknown(Collection<String> known) {
    for (Map.Entry<String, Object> field : values.entrySet()) {
      if (!known.contains(field.getKey())) {
        errors.add(
            new FieldError(
                pathPrefix + SafeText.printable(field.getKey()),
                SafeText.describe(field.getValue()),
                "nothing, there is no such field"
                    + SpellingSuggestion.hint(field.getKey(), known)));
      }
    }
  }

  /** Reports an invalid field; returns the default, so that reading continues. */
  <T> T reject(String name, String allowed, T defaultValue) {
    errors.add(new FieldError(pathPrefix + name, SafeText.describe(values.get(name)), allowed));
    return defaultValue;
  }

  private static boolean isWithin(BigDecimal value, BigDecimal min, BigDecimal max) {
    return value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
  }

  // Never expand the number: 1e-999999999 would be a gigabyte of zeros.
  private static boolean isInteger(BigDecimal value) {
    return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
  }
}
