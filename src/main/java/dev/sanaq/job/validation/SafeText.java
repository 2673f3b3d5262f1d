package dev.sanaq.job.validation;

import dev.sanaq.job.UrlRedaction;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of a request as messages show them: short, printable, on one line. */
public final class SafeText {
  private static final int MAX_LENGTH = 60;

  private SafeText() {}

  /**
   * The value as JSON has it, shortened; lists and objects only by their kind, addresses without
   * what may be a secret.
   */
  public static String describe(@Nullable Object value) {
    if (value instanceof String text) {
      boolean address = text.regionMatches(true, 0, "http", 0, 4);
      return '"' + printable(address ? UrlRedaction.redact(text) : text) + '"';
    }
    if (value instanceof Map) {
      return "an object";
    }
    if (value instanceof List) {
      return "a list";
    }
    return value == null ? "nothing" : printable(value.toString());
  }

  /** The text, shortened, what is not printable replaced. */
  static String printable(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .limit(MAX_LENGTH)
        .map(c -> Character.isISOControl(c) || isSurrogate(c) ? '?' : c)
        .forEach(shown::appendCodePoint);
    return text.codePointCount(0, text.length()) <= MAX_LENGTH ? shown.toString() : shown + "...";
  }

  /** Whether a string holds half a surrogate pair, which no UTF-8 text can. */
  static boolean hasLoneSurrogate(String text) {
    return text.codePoints().anyMatch(SafeText::isSurrogate);
  }

  private static boolean isSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
