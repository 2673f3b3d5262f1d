package dev.sanaq.gateway;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How long the caller wants to wait for a job's end: {@code Prefer: wait=30}, as RFC 7240 has it.
 *
 * @param patience zero where nothing was said
 * @param said whether something was
 */
record Preference(Duration patience, boolean said) {
  private static final Pattern WAIT =
      Pattern.compile("(?:^|[,;\\s])wait\\s*=\\s*\"?(\\d{1,6})\"?(?=$|[,;\\s])");

  static Preference of(HttpHeaders headers, Duration longest) {
    List<String> said = headers.getRequestHeader("Prefer");
    Matcher matcher = WAIT.matcher(said == null ? "" : String.join(",", said));
    if (!matcher.find()) {
      return new Preference(Duration.ZERO, false);
    }
    Duration wanted = Duration.ofSeconds(Long.parseLong(matcher.group(1)));
    return new Preference(wanted.compareTo(longest) > 0 ? longest : wanted, true);
  }

  /** The answer, saying what was made of the wish. */
  Response applied(Response.ResponseBuilder answer) {
    return said
        ? answer.header("Preference-Applied", "wait=" + patience.toSeconds()).build()
        : answer.build();
  }
}
