package dev.sanaq.job;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether two requests of one id are the same request.
 *
 * <p>It hashes what was asked, not what came of it: a default that a model brings may change with
 * the model, and an old request must still be itself then. The contract's own constants count as
 * said, so that {@code "count": 1} and its absence are equal; the id does not count, nor do the
 * order of fields, the way a number is written, and the signatures of addresses to upload to, which
 * are new ones when a request is sent again.
 */
public final class Fingerprint {
  private static final Map<String, Object> CONSTANTS =
      Map.of(
          "negativePrompt",
          "",
          "count",
          1,
          "format",
          "png",
          "quality",
          90,
          "resolutionBinning",
          true,
          "priority",
          "normal",
          "adapters",
          List.of(),
          "output",
          Map.of(),
          "metadata",
          Map.of());

  private Fingerprint() {}

  /** The request's fingerprint: 64 hexadecimal digits. Meant for requests that keep the rules. */
  public static String of(GenerationRequest request) {
    TreeMap<String, Object> said = new TreeMap<>(UrlRedaction.redact(request.fields()));
    said.remove("id");
    said.values().removeIf(value -> value == null);
    said.entrySet().removeIf(e -> canonical(e.getValue()).equals(constant(e.getKey())));
    return Hash.of(canonical(said));
  }

  private static String constant(String field) {
    return CONSTANTS.containsKey(field) ? canonical(CONSTANTS.get(field)) : "";
  }

  private static String canonical(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    write(value, text);
    return text.toString();
  }

  private static void write(@Nullable Object value, StringBuilder text) {
    if (value instanceof Map<?, ?> map) {
      TreeMap<String, Object> sorted = new TreeMap<>();
      map.forEach((key, inner) -> sorted.put(String.valueOf(key), inner));
      text.append('{');
      sorted.forEach(
          (key, inner) -> {
            write(key, text);
            write(inner, text);
          });
      text.append('}');
    } else if (value instanceof List<?> list) {
      text.append('[');
      list.forEach(inner -> write(inner, text));
      text.append(']');
    } else if (value instanceof Number number) {
      text.append(plain(new BigDecimal(number.toString()))).append(';');
    } else if (value instanceof String string) {
      // The length in front keeps one string from posing as several.
      text.append(string.length()).append(':').append(string);
    } else {
      text.append(value).append(';');
    }
  }

  private static BigDecimal plain(BigDecimal number) {
    try {
      return number.stripTrailingZeros();
    } catch (ArithmeticException e) {
      // An exponent at the edge of what a number can have: it stands for itself.
      return number;
    }
  }
}
