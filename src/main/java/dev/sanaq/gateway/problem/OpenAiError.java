package dev.sanaq.gateway.problem;

import dev.sanaq.job.FieldError;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** A problem in the error format of OpenAI's API. */
public final class OpenAiError {
  private OpenAiError() {}

  /** The JSON body of the answer. */
  public static Map<String, Object> body(Problem problem) {
    Map<String, Object> error = new LinkedHashMap<>();
    error.put("message", message(problem));
    error.put("type", type(problem));
    error.put("param", problem.errors().isEmpty() ? null : problem.errors().get(0).field());
    error.put("code", problem.code());
    return Map.of("error", error);
  }

  private static String message(Problem problem) {
    return problem.errors().isEmpty() || !problem.code().equals("invalid_request")
        ? problem.detail()
        : problem.errors().stream().map(FieldError::toString).collect(Collectors.joining("; "));
  }

  private static String type(Problem problem) {
    int status = problem.status();
    if (problem.code().equals("moderation_blocked")) {
      return "image_generation_user_error"; // as OpenAI's image models answer
    }
    return switch (status) {
      case 401 -> "authentication_error";
      case 429 -> "rate_limit_error";
      default -> status < 500 ? "invalid_request_error" : "server_error";
    };
  }
}
