package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.validation.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a list of jobs goes on: the moment and the id of the last job seen. */
final class PageCursor {
  private static final JobSnapshot FIRST_PAGE = JobSnapshot.unknown("", Instant.MAX);
  private static final Pattern FORMAT =
      Pattern.compile("(\\d{1,10})\\.(\\d{9})-([A-Za-z0-9._:-]{1,128})");

  private PageCursor() {}

  /** After that job. */
  static String after(JobSnapshot job) {
    Instant since = job.submittedAt();
    return "%d.%09d-%s".formatted(since.getEpochSecond(), since.getNano(), job.id());
  }

  /**
   * The job after which the list goes on.
   *
   * @param cursor empty for the list's beginning
   * @throws ProblemException where it is no cursor
   */
  static JobSnapshot parse(String cursor) {
    if (cursor.isEmpty()) {
      return FIRST_PAGE;
    }
    Matcher matcher = FORMAT.matcher(cursor);
    if (!matcher.matches()) {
      FieldError error = new FieldError("cursor", SafeText.describe(cursor), "next of an earlier page");
      throw new ProblemException(Problem.invalidRequest(List.of(error)));
    }
    Instant since =
        Instant.ofEpochSecond(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return JobSnapshot.unknown(matcher.group(3), since);
  }
}
