package dev.sanaq.job.validation;

import dev.sanaq.job.FieldError;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Reads an object's fields one by one and keeps every complaint, so that all are told at once. */
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

  /** The complaints so far, at most a screenful. */
  List<FieldError> errors() {
    if (errors.size() <= MAX_ERRORS) {
      return List.copyOf(errors);
    }
    List<FieldError> first = new ArrayList<>(errors.subList(0, MAX_ERRORS));
    first.add(new FieldError("...", (errors.size() - MAX_ERRORS) + " more wrong fields", "none"));
    return first;
  }

  boolean has(String name) {
    return values.get(name) != null;
  }

  String string(String name, String otherwise, int shortest, int longest) {
    Object value = values.get(name);
    if (value == null && shortest == 0) {
      return otherwise;
    }
    String allowed = "text of %d to %d characters".formatted(shortest, longest);
    if (!(value instanceof String text)) {
      return reject(name, allowed, otherwise);
    }
    int length = text.codePointCount(0, text.length());
    if (length < shortest || length > longest) {
      String found = length == 0 ? "\"\"" : "%d characters".formatted(length);
      errors.add(new FieldError(pathPrefix + name, found, allowed));
      return otherwise;
    }
    if (SafeText.hasLoneSurrogate(text) || text.indexOf('\0') >= 0) {
      return reject(name, "Unicode text without NUL or half surrogate pairs", otherwise);
    }
    return text;
  }

  long integer(String name, long otherwise, long least, long most) {
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (isWithin(exact, BigDecimal.valueOf(least), BigDecimal.valueOf(most))
          && isInteger(exact)) {
        return exact.signum() == 0 ? 0 : exact.longValueExact();
      }
    }
    return reject(name, "a whole number from %d to %d".formatted(least, most), otherwise);
  }

  double number(String name, double otherwise, double least, double most) {
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    if (value instanceof Number number) {
      BigDecimal exact = new BigDecimal(number.toString());
      if (isWithin(exact, BigDecimal.valueOf(least), BigDecimal.valueOf(most))) {
        return exact.doubleValue();
      }
    }
    return reject(name, "a number from %s to %s".formatted(least, most), otherwise);
  }

  boolean flag(String name, boolean otherwise) {
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    return value instanceof Boolean flag ? flag : reject(name, "true or false", otherwise);
  }

  String choice(String name, String otherwise, Collection<String> allowed) {
    Object value = values.get(name);
    if (value == null) {
      return otherwise;
    }
    return value instanceof String text && allowed.contains(text)
        ? text
        : reject(name, String.join(", ", new TreeSet<>(allowed)), otherwise);
  }

  @SuppressWarnings("unchecked") // a JSON object's names are strings
  Map<String, Object> object(String name) {
    Object value = values.get(name);
    if (value == null) {
      return Map.of();
    }
    return value instanceof Map<?, ?> map
        ? (Map<String, Object>) map
        : reject(name, "an object", Map.<String, Object>of());
  }

  /** The fields of an inner object; what is wrong there is told here, with dots in the names. */
  FieldReader nested(String name) {
    return new FieldReader(object(name), pathPrefix + name + ".", errors);
  }

  /** The fields of an object in a list. */
  @SuppressWarnings("unchecked") // a JSON object's names are strings
  FieldReader item(String name, int index, Map<?, ?> values) {
    String own = "%s%s[%d].".formatted(pathPrefix, name, index);
    return new FieldReader((Map<String, Object>) values, own, errors);
  }

  List<?> list(String name) {
    Object value = values.get(name);
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list ? list : reject(name, "a list", List.of());
  }

  /** Refuses every field of another name, with the known one that it resembles. */
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

  /** Notes that a field breaks a rule; gives back what to go on with. */
  <T> T reject(String name, String allowed, T otherwise) {
    errors.add(new FieldError(pathPrefix + name, SafeText.describe(values.get(name)), allowed));
    return otherwise;
  }

  private static boolean isWithin(BigDecimal value, BigDecimal least, BigDecimal most) {
    return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
  }

  // Never by writing the number out: 1e-999999999 would be a gigabyte of zeros.
  private static boolean isInteger(BigDecimal value) {
    return value.signum() == 0 || value.stripTrailingZeros().scale() <= 0;
  }
}
