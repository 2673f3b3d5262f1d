package dev.sanaq.gateway;

import dev.sanaq.job.FieldError;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a list of jobs goes on: the moment and the id of the last job seen. */
final class Cursor {
  private static final ViewedJob NEWEST = ViewedJob.unknown("", Instant.MAX);
  private static final Pattern TEXT =
      Pattern.compile("(\\d{1,10})\\.(\\d{9})-([A-Za-z0-9._:-]{1,128})");

  private Cursor() {}

  /** After that job. */
  static String after(ViewedJob job) {
    Instant since = job.since();
    return "%d.%09d-%s".formatted(since.getEpochSecond(), since.getNano(), job.id());
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
    Matcher matcher = TEXT.matcher(cursor);
    if (!matcher.matches()) {
      FieldError error = new FieldError("cursor", "something else", "next of an earlier list");
      throw new ProblemException(Problem.invalid(List.of(error)));
    }
    Instant since =
        Instant.ofEpochSecond(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return ViewedJob.unknown(matcher.group(3), since);
  }
}
