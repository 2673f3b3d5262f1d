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
 * The query parameters of the list of jobs.
 *
 * @param state only jobs in this state
 * @param limit the maximum number of jobs, 1 to 100
 * @param olderThan only jobs older than this one
 */
record ListQuery(Optional<JobState> state, int limit, JobSnapshot olderThan) {
  private static final int MAX_LIMIT = 100;
  private static final String DEFAULT_LIMIT = "20";

  /**
   * Parses the parameters.
   *
   * @throws ProblemException naming each invalid one
   */
  static ListQuery of(MultivaluedMap<String, String> parameters) {
    List<FieldError> errors = new ArrayList<>();
    // Not annotated parameters: for those JAX-RS does not distinguish an empty value from a missing
    // one.
    String state = parameters.getFirst("state");
    String limit = Objects.requireNonNullElse(parameters.getFirst("limit"), DEFAULT_LIMIT);
    String cursor = Objects.requireNonNullElse(parameters.getFirst("cursor"), "");
    Optional<JobState> requestedState = state == null ? Optional.empty() : JobState.of(state);
    if (requestedState.isEmpty() && state != null) {
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
    return new ListQuery(requestedState, Integer.parseInt(limit), PageCursor.parse(cursor));
  }

  /** Whether the job is in the requested state, if one was given. */
  boolean matches(JobSnapshot job) {
    return state.isEmpty() || state.get() == job.state();
  }
}
