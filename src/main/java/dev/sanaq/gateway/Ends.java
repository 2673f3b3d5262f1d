package dev.sanaq.gateway;

import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.FieldError;
import dev.sanaq.json.Json;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Puts the end of a job without pictures into the words of HTTP, for those who waited for it. */
final class Ends {
  private static final Set<String> THE_SENDERS_FAULT =
      Set.of(
          ErrorCode.INVALID_REQUEST.label(),
          ErrorCode.UNSUPPORTED_SIZE.label(),
          // Who asks for less gets it.
          ErrorCode.OUT_OF_MEMORY.label());

  private Ends() {}

  /** The problem that ended it. */
  static Problem problem(ViewedJob job) {
    if (job.state() == JobState.CANCELLED) {
      return Problem.of(409, "cancelled", "Cancelled", "the job was cancelled");
    }
    Map<String, Object> error = Maps.object(Objects.requireNonNull(job.end()).data(), "error");
    String code = Maps.text(error, "code");
    List<FieldError> fields =
        Maps.list(error, "fields").stream()
            .map(field -> OpenAiRequest.theirs(Json.read(Json.write(field), FieldError.class)))
            .toList();
    if (fields.stream().anyMatch(field -> field.field().equals("model"))) {
      return new Problem(
          404, "model_not_found", "No such model", Maps.text(error, "message"), fields, Map.of());
    }
    int status = THE_SENDERS_FAULT.contains(code) ? 400 : 500;
    return new Problem(
        status, code, "The job failed", Maps.text(error, "message"), fields, Map.of());
  }
}
