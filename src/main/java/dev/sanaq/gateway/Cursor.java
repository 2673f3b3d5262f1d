package dev.sanaq.gateway;

import dev.sanaq.job.FieldError;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;

/** Where a list of jobs goes on, as text that means nothing to its reader. */
final class Cursor {
  private static final ViewedJob NEWEST = ViewedJob.unknown("", Instant.MAX);

  private Cursor() {}

  /** After that job. */
  static String after(ViewedJob job) {
    String text = job.since() + " " + job.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The job after which the list goes on.
   *
   * @param cursor empty for the list's beginning
   * @throws ProblemException where it is no cursor
   */
  static ViewedJob parse(String cursor) {
    if (cursor.isEmpty()) {
      return NEWEST;
    }
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      int space = text.indexOf(' ');
      return ViewedJob.unknown(
          text.substring(space + 1), Instant.parse(text.substring(0, Math.max(0, space))));
    } catch (IllegalArgumentException | DateTimeException e) {
      FieldError error = new FieldError("cursor", "something else", "next of an earlier list");
      throw new ProblemException(Problem.invalid(List.of(error)));
    }
  }
}
