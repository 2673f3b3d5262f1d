package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.FieldError;
import dev.sanaq.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Maps a failed or cancelled job to the HTTP problem for a client that waited for its images. */
final class FailureProblems {
  private static final Set<String> CLIENT_ERRORS =
      Set.of(
          ErrorCode.INVALID_REQUEST.label(),
          ErrorCode.UNSUPPORTED_SIZE.label(),
          ErrorCode.INVALID_INPUT.label(),
          // A smaller request fits.
          ErrorCode.OUT_OF_MEMORY.label());

  /** OpenAI's code of a request that its safety system refuses. */
  private static final String MODERATION_BLOCKED = "moderation_blocked";

  private static final String RETRY_SECONDS = "5";

  private FailureProblems() {}

  /** The problem of an ended job without images. */
  static Problem of(JobSnapshot job) {
    if (job.state() == JobState.CANCELLED) {
      return Problem.of(409, "cancelled", "Cancelled", "The job was cancelled");
    }
    Map<String, Object> error =
        JsonMaps.object(Objects.requireNonNull(job.terminalEvent()).data(), "error");
    String code = JsonMaps.string(error, "code");
    List<FieldError> fields =
        JsonMaps.list(error, "fields").stream()
            .map(
                field ->
                    OpenAiRequest.toOpenAiError(Json.read(Json.write(field), FieldError.class)))
            .toList();
    if (fields.stream().anyMatch(field -> field.field().equals("model"))) {
      return new Problem(
          404,
          Problem.MODEL_NOT_FOUND,
          "No such model",
          JsonMaps.string(error, "message"),
          fields,
          Map.of());
    }
    if (code.equals(ErrorCode.CONTENT_REFUSED.label())) {
      return Problem.of(400, MODERATION_BLOCKED, "Refused", JsonMaps.string(error, "message"));
    }
    if (code.equals(ErrorCode.SAFETY_UNAVAILABLE.label())) {
      return new Problem(
          503,
          code,
          "No safety check",
          JsonMaps.string(error, "message"),
          List.of(),
          Map.of("Retry-After", RETRY_SECONDS));
    }
    int status = CLIENT_ERRORS.contains(code) ? 400 : 500;
    return new Problem(
        status, code, "The job failed", JsonMaps.string(error, "message"), fields, Map.of());
  }
}
