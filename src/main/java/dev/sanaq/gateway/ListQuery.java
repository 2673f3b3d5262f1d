package dev.sanaq.gateway;

import dev.sanaq.job.FieldError;
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
 * @param from only older ones than this
 */
record ListQuery(Optional<JobState> state, int limit, ViewedJob from) {
  private static final int MOST = 100;
  private static final String DEFAULT = "20";

  /**
   * Reads the parameters.
   *
   * @throws ProblemException naming each that is wrong
   */
  static ListQuery of(MultivaluedMap<String, String> said) {
    List<FieldError> errors = new ArrayList<>();
    // Not as annotated parameters: for those the framework takes nothing said for nothing.
    String state = said.getFirst("state");
    String limit = Objects.requireNonNullElse(said.getFirst("limit"), DEFAULT);
    String cursor = Objects.requireNonNullElse(said.getFirst("cursor"), "");
    Optional<JobState> wanted = state == null ? Optional.empty() : JobState.of(state);
    if (wanted.isEmpty() && state != null) {
      String states =
          Stream.of(JobState.values()).map(JobState::label).collect(Collectors.joining(", "));
      errors.add(new FieldError("state", "another", states));
    }
    boolean inRange = limit.matches("0*[1-9]\\d?|0*100");
    if (!inRange) {
      errors.add(new FieldError("limit", "another", "1 to " + MOST));
    }
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalid(errors));
    }
    return new ListQuery(wanted, Integer.parseInt(limit), Cursor.parse(cursor));
  }

  boolean wants(ViewedJob job) {
    return state.isEmpty() || state.get() == job.state();
  }
}
