package dev.sanaq.gateway.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the client wants to wait for a job's end: {@code Prefer: wait=30} (RFC 7240).
 *
 * @param maxWait the wait, up to the configured maximum; zero without the header
 * @param requested whether the request has the header
 */
record PreferWait(Duration maxWait, boolean requested) {
  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,6})\"?(?=$|[,;\\s])");

  /**
   * Parses the header.
   *
   * @param limit the configured maximum
   */
  static PreferWait of(HttpHeaders headers, Duration limit) {
    List<String> values = headers.getRequestHeader("Prefer");
    Matcher matcher = WAIT.matcher(values == null ? "" : String.join(",", values));
    if (!matcher.find()) {
      return new PreferWait(Duration.ZERO, false);
    }
    Duration requested = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return new PreferWait(requested.compareTo(limit) > 0 ? limit : requested, true);
  }

  /** Builds the answer, with {@code Preference-Applied} if the request has the header. */
  Response applyTo(Response.ResponseBuilder answer) {
    return requested
        ? answer.header("Preference-Applied", "wait=" + maxWait.toSeconds()).build()
        : answer.build();
  }
}
