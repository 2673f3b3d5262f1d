package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.validation.SafeText;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The cursor of a page of jobs: submission time and id of the previous page's last job. */
final class PageCursor {
  private static final JobSnapshot FIRST_PAGE = JobSnapshot.unknown("", Instant.MAX);
  private static final Pattern FORMAT =
      Pattern.compile("(\\d{1,10})\\.(\\d{9})-([A-Za-z0-9._:-]{1,128})");

  private PageCursor() {}

  /** The cursor of the page that follows the job. */
  static String after(JobSnapshot job) {
    Instant time = job.submittedAt();
    return String.format(
        Locale.ROOT, "%d.%09d-%s", time.getEpochSecond(), time.getNano(), job.id());
  }

  /**
   * The job that the page follows.
   *
   * @param cursor empty for the first page
   * @throws ProblemException if it is not a cursor
   */
  static JobSnapshot parse(String cursor) {
    if (cursor.isEmpty()) {
      return FIRST_PAGE;
    }
    Matcher matcher = FORMAT.matcher(cursor);
    if (!matcher.matches()) {
      FieldError error =
          new FieldError("cursor", SafeText.describe(cursor), "next of an earlier page");
      throw new ProblemException(Problem.invalidRequest(List.of(error)));
    }
    Instant time =
        Instant.ofEpochSecond(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return JobSnapshot.unknown(matcher.group(3), time);
  }
}
