package dev.sanaq.gateway.problem;

import dev.sanaq.json.Json;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Answers with a JSON body, written by the one mapper. */
public final class JsonResponses {
  private JsonResponses() {}

  public static Response ok(Object body) {
    return json(200, body).build();
  }

  public static Response.ResponseBuilder json(int status, Object body) {
    return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(Json.write(body));
  }

  /** The problem, in the words of the API that the path belongs to. */
  static Response problem(Problem problem, String path) {
    boolean openAi = path.startsWith("/v1/images/") || path.equals("/v1/models");
    Response.ResponseBuilder answer =
        openAi
            ? json(problem.status(), OpenAiError.body(problem))
            : json(problem.status(), problem.body()).type(Problem.MEDIA_TYPE);
    problem.headers().forEach(answer::header);
    return answer.build();
  }
}
