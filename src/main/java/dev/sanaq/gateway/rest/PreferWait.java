package dev.sanaq.gateway.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long the client wants to wait for a job's end: {@code Prefer: wait=30} (RFC 7240).
 *
 * @param maxWait the wait, up to the configured maximum; zero without the header
 * @param requested whether the request has the header
 */
record PreferWait(Duration maxWait, boolean requested) {
  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final String VALUE = "(?:" + TOKEN + "|\"(?:[^\"\\\\]|\\\\.)*\")?";

  /** A preference: its name, its value, and parameters, which are not read. */
  private static final Pattern PREFERENCE =
      Pattern.compile(
          "\\s*(%1$s)(?:\\s*=\\s*(%2$s))?(?:\\s*;\\s*(?:%1$s(?:\\s*=\\s*%2$s)?)?)*\\s*(?:,|$)"
              .formatted(TOKEN, VALUE));

  private static final Pattern SECONDS = Pattern.compile("\"?(\\d{1,18})\"?");

  /**
   * Parses the headers. Of several {@code wait} the first counts; one that is no number of seconds
   * is ignored, as RFC 7240 says.
   *
   * @param limit the configured maximum
   */
  static PreferWait of(HttpHeaders headers, Duration limit) {
    List<String> values = headers.getRequestHeader("Prefer");
    return of(values == null ? List.of() : values, limit);
  }

  static PreferWait of(List<String> values, Duration limit) {
    for (String value : values) {
      Matcher preference = PREFERENCE.matcher(value);
      while (preference.lookingAt()) {
        if (preference.group(1).equalsIgnoreCase("wait")) {
          return ofSeconds(preference.group(2), limit);
        }
        preference.region(preference.end(), value.length());
      }
    }
    return new PreferWait(Duration.ZERO, false);
  }

  private static PreferWait ofSeconds(@Nullable String text, Duration limit) {
    Matcher seconds = SECONDS.matcher(text == null ? "" : text);
    if (!seconds.matches()) {
      return new PreferWait(Duration.ZERO, false);
    }
    Duration requested = Duration.ofSeconds(Long.parseLong(seconds.group(1)));
    return new PreferWait(requested.compareTo(limit) > 0 ? limit : requested, true);
  }

  /** Builds the answer, with {@code Preference-Applied} if the request has the header. */
  Response applyTo(Response.ResponseBuilder answer) {
    return requested
        ? answer.header("Preference-Applied", "wait=" + maxWait.toSeconds()).build()
        : answer.build();
  }
}
