package dev.sanaq.job.validation;

import dev.sanaq.job.UrlRedaction;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Formats values of a request for messages: short, printable, on one line. */
public final class SafeText {
  private static final int MAX_LENGTH = 60;

  private SafeText() {}

  /** The value as JSON, shortened; lists and objects only by their kind, URLs redacted. */
  public static String describe(@Nullable Object value) {
    if (value instanceof String text) {
      boolean url = text.regionMatches(true, 0, "http", 0, 4);
      return '"' + printable(url ? UrlRedaction.redact(text) : text) + '"';
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    return value == null ? "nothing" : printable(value.toString());
  }

  /** The text, shortened, with control characters and lone surrogates replaced. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_LENGTH)
        .map(c -> Character.isISOControl(c) || isSurrogate(c) ? '?' : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) <= MAX_LENGTH ? shown.toString() : shown + "...";
  }

  /** Whether a string contains a lone surrogate, which UTF-8 cannot encode. */
  static boolean hasLoneSurrogate(String text) {
    return text.codePoints().anyMatch(SafeText::isSurrogate);
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
