package dev.sanaq.job.validation;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.UrlRedaction;
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
public final class RequestFingerprint {
  private static final Map<String, Object> CONTRACT_DEFAULTS =
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

  private RequestFingerprint() {}

  /** The request's fingerprint: 64 hexadecimal digits. Meant for requests that keep the rules. */
  public static String of(GenerationRequest request) {
    TreeMap<String, Object> said = new TreeMap<>(UrlRedaction.redact(request.fields()));
    said.remove("id");
    said.values().removeIf(value -> value == null);
    said.entrySet().removeIf(e -> canonical(e.getValue()).equals(contractDefault(e.getKey())));
    return Sha256.hex(canonical(said));
  }

  private static String contractDefault(String field) {
    return CONTRACT_DEFAULTS.containsKey(field) ? canonical(CONTRACT_DEFAULTS.get(field)) : "";
  }

  private static String canonical(@Nullable Object value) {
    StringBuilder text = new StringBuilder();
    appendCanonical(value, text);
    return text.toString();
  }

  private static void appendCanonical(@Nullable Object value, StringBuilder text) {
    if (value instanceof Map<?, ?> map) {
      TreeMap<String, Object> sorted = new TreeMap<>();
      map.forEach((key, inner) -> sorted.put(String.valueOf(key), inner));
      text.append('{');
      sorted.forEach(
          (key, inner) -> {
            appendCanonical(key, text);
            appendCanonical(inner, text);
          });
      text.append('}');
    } else if (value instanceof List<?> list) {
      text.append('[');
      list.forEach(inner -> appendCanonical(inner, text));
      text.append(']');
    } else if (value instanceof Number number) {
      text.append(normalize(new BigDecimal(number.toString()))).append(';');
    } else if (value instanceof String string) {
      // The length in front keeps one string from posing as several.
      text.append(string.length()).append(':').append(string);
    } else {
      text.append(value).append(';');
    }
  }

  private static BigDecimal normalize(BigDecimal number) {
    try {
      return number.stripTrailingZeros();
    } catch (ArithmeticException e) {
      // An exponent at the edge of what a number can have: it stands for itself.
      return number;
    }
  }
}
