package dev.sanaq.gateway.problem;

import dev.sanaq.json.Json;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Builds answers with a JSON body. */
public final class JsonResponses {
  private JsonResponses() {}

  /** 200 with the body. */
  public static Response ok(Object body) {
    return json(200, body).build();
  }

  /** The status with the body. */
  public static Response.ResponseBuilder json(int status, Object body) {
    return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(Json.write(body));
  }

  /** The problem in the format of the path's API: OpenAI's or RFC 9457. */
  static Response problem(Problem problem, String path) {
    Response.ResponseBuilder answer =
        Response.status(problem.status())
            .type(problemType(path))
            .entity(problemBody(problem, path));
    problem.headers().forEach(answer::header);
    return answer.build();
  }

  /** The media type of the path's problems. */
  static String problemType(String path) {
    return isOpenAi(path) ? MediaType.APPLICATION_JSON : Problem.MEDIA_TYPE;
  }

  /** The JSON of a problem in the format of the path's API. */
  static byte[] problemBody(Problem problem, String path) {
    return Json.write(isOpenAi(path) ? OpenAiError.body(problem) : problem.body());
  }

  private static boolean isOpenAi(String path) {
    return path.startsWith("/v1/images/")
        || path.equals("/v1/models")
        || path.startsWith("/v1/models/");
  }
}
