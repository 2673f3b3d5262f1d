package dev.sanaq.gateway.view;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of an object's bytes, as in the HTTP header {@code Range} (RFC 9110).
 *
 * @param first its first byte, from 0
 * @param last its last byte, included
 */
public record ByteRange(long first, long last) {
  private static final Pattern SINGLE_RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

  /** The whole object. */
  public static ByteRange all(long length) {
    return new ByteRange(0, length - 1);
  }

  /**
   * Whether the header is one byte range. Other headers are ignored: several ranges, other units,
   * the last byte before the first.
   */
  public static boolean isSingleRange(String header) {
    Matcher matcher = SINGLE_RANGE.matcher(header);
    if (!matcher.matches() || header.equals("bytes=-")) {
      return false;
    }
    boolean open = matcher.group(1).isEmpty() || matcher.group(2).isEmpty();
    return open || Long.parseLong(matcher.group(1)) <= Long.parseLong(matcher.group(2));
  }

  /** The range of a header with a single range; empty if the object has no such bytes. */
  public static Optional<ByteRange> of(String header, long length) {
    Matcher matcher = SINGLE_RANGE.matcher(header);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    if (matcher.group(1).isEmpty()) {
      long tail = Math.min(length, Long.parseLong(matcher.group(2)));
      return tail == 0 ? Optional.empty() : Optional.of(new ByteRange(length - tail, length - 1));
    }
    long first = Long.parseLong(matcher.group(1));
    long last =
        matcher.group(2).isEmpty()
            ? length - 1
            : Math.min(length - 1, Long.parseLong(matcher.group(2)));
    return first >= length ? Optional.empty() : Optional.of(new ByteRange(first, last));
  }

  /** The number of bytes. */
  public long length() {
    return last - first + 1;
  }
}
