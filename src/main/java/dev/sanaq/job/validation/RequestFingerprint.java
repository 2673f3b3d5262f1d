package dev.sanaq.job.validation;

import dev.sanaq.job.GenerationRequest;
import dev.sanaq.job.Priority;
import dev.sanaq.job.RequestFields;
import dev.sanaq.job.Sha256;
import dev.sanaq.job.UrlRedaction;
import dev.sanaq.job.input.JobInputs;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether two requests with the same id are the same request.
 *
 * <p>It hashes the request as sent, not with the model's defaults, which may change with the model.
 * The contract's own defaults are equal to absence: {@code "count": 1} changes nothing. The id,
 * whether previews are sent, the order of fields, the notation of numbers and the signatures of
 * URLs, which are new when a request is sent again, are ignored.
 */
public final class RequestFingerprint {
  private static final Map<String, Object> CONTRACT_DEFAULTS =
      Map.ofEntries(
          Map.entry(RequestFields.NEGATIVE_PROMPT, ""),
          Map.entry(RequestFields.STRENGTH, JobInputs.DEFAULT_STRENGTH),
          Map.entry(RequestFields.COMPOSITE, true),
          Map.entry(RequestFields.CONTROL_SCALE, 1),
          Map.entry(RequestFields.CONTROLNET, ""),
          Map.entry(RequestFields.CONTROL_INTERVAL, ModelDefaults.ALL_STEPS),
          Map.entry(RequestFields.COUNT, 1),
          Map.entry(RequestFields.FORMAT, "png"),
          Map.entry(RequestFields.QUALITY, 90),
          Map.entry(RequestFields.RESOLUTION_BINNING, true),
          Map.entry(RequestFields.PRIORITY, Priority.NORMAL.label()),
          Map.entry(RequestFields.ADAPTERS, List.of()),
          Map.entry(RequestFields.OUTPUT, Map.of()),
          Map.entry(RequestFields.METADATA, Map.of()));

  private RequestFingerprint() {}

  /** The fingerprint of a valid request: 64 hexadecimal digits. */
  public static String of(GenerationRequest request) {
    TreeMap<String, Object> fields = new TreeMap<>(UrlRedaction.redact(request.fields()));
    fields.remove(RequestFields.ID);
    fields.remove(RequestFields.PREVIEWS);
    fields.values().removeIf(value -> value == null);
    fields.entrySet().removeIf(e -> canonical(e.getValue()).equals(contractDefault(e.getKey())));
    return Sha256.hex(canonical(fields));
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
      // The length prefix keeps two strings from colliding with one.
      text.append(string.length()).append(':').append(string);
    } else {
      text.append(value).append(';');
    }
  }

  private static BigDecimal normalize(BigDecimal number) {
    try {
      return number.stripTrailingZeros();
    } catch (ArithmeticException e) {
      // The exponent overflows: keep the number as it is.
      return number;
    }
  }
}
