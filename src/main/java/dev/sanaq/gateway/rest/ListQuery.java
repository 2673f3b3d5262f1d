package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.job.FieldError;
import dev.sanaq.job.validation.SafeText;
import jakarta.ws.rs.core.MultivaluedMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a list of jobs is asked for.
 *
 * @param state only jobs in that state
 * @param limit at most so many
 * @param olderThan only older ones than this
 */
record ListQuery(Optional<JobState> state, int limit, JobSnapshot olderThan) {
  private static final int MAX_LIMIT = 100;
  private static final String DEFAULT_LIMIT = "20";

  /**
   * Reads the parameters.
   *
   * @throws ProblemException naming each that is wrong
   */
  static ListQuery of(MultivaluedMap<String, String> said) {
    List<FieldError> errors = new ArrayList<>();
    // Not as annotated parameters: for those the framework takes nothing said for nothing.
    String state = said.getFirst("state");
    String limit = Objects.requireNonNullElse(said.getFirst("limit"), DEFAULT_LIMIT);
    String cursor = Objects.requireNonNullElse(said.getFirst("cursor"), "");
    Optional<JobState> wanted = state == null ? Optional.empty() : JobState.of(state);
    if (wanted.isEmpty() && state != null) {
      String states =
          Stream.of(JobState.values()).map(JobState::label).collect(Collectors.joining(", "));
      errors.add(new FieldError("state", SafeText.describe(state), states));
    }
    boolean inRange = limit.matches("0*[1-9]\\d?|0*100");
    if (!inRange) {
      errors.add(new FieldError("limit", SafeText.describe(limit), "1 to " + MAX_LIMIT));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest(errors));
    }
    return new ListQuery(wanted, Integer.parseInt(limit), PageCursor.parse(cursor));
  }

  boolean matches(JobSnapshot job) {
    return state.isEmpty() || state.get() == job.state();
  }
}
