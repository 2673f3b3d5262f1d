package dev.sanaq.gateway.rest;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the caller wants to wait for a job's end: {@code Prefer: wait=30}, as RFC 7240 has it.
 *
 * @param maxWait zero where nothing was said
 * @param requested whether something was
 */
record PreferWait(Duration maxWait, boolean requested) {
  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,6})\"?(?=$|[,;\\s])");

  static PreferWait of(HttpHeaders headers, Duration longest) {
    List<String> said = headers.getRequestHeader("Prefer");
    Matcher matcher = WAIT.matcher(said == null ? "" : String.join(",", said));
    if (!matcher.find()) {
      return new PreferWait(Duration.ZERO, false);
    }
    Duration wanted = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return new PreferWait(wanted.compareTo(longest) > 0 ? longest : wanted, true);
  }

  /** The answer, saying what was made of the wish. */
  Response applyTo(Response.ResponseBuilder answer) {
    return requested
        ? answer.header("Preference-Applied", "wait=" + maxWait.toSeconds()).build()
        : answer.build();
  }
}
