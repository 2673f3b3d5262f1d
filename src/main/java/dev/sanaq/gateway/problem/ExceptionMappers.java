package dev.sanaq.gateway.problem;

import dev.sanaq.storage.StorageException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** The one place that turns an exception into an answer. */
final class ExceptionMappers {
  private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

  private static final Map<Integer, Problem> PROBLEMS_BY_STATUS =
      Map.of(
          404, Problem.of(404, "not_found", "Nothing here", "there is no such address"),
          405, Problem.of(405, "not_allowed", "Not here", "this address knows other methods"),
          406, Problem.of(406, "not_acceptable", "Not so", "the answer's type is another one"),
          415, Problem.of(415, "unsupported", "Not so", "the body has to be application/json"));

  @ServerExceptionMapper
  Response mapProblem(ProblemException e, UriInfo uri) {
    return JsonResponses.problem(e.problem(), uri.getPath());
  }

  @ServerExceptionMapper
  Response mapHttpError(WebApplicationException e, UriInfo uri) {
    int status = e.getResponse().getStatus();
    if (status < 400) {
      return e.getResponse();
    }
    Problem other = Problem.of(status, "refused", "Refused", String.valueOf(e.getMessage()));
    Response answer =
        JsonResponses.problem(PROBLEMS_BY_STATUS.getOrDefault(status, other), uri.getPath());
    Optional<String> allowed =
        status == 405 ? AllowHeaderFilter.allowedMethods(uri.getPath()) : Optional.empty();
    return allowed
        .map(methods -> Response.fromResponse(answer).header(HttpHeaders.ALLOW, methods).build())
        .orElse(answer);
  }

  @ServerExceptionMapper
  Response mapKafkaError(KafkaException e, UriInfo uri) {
    LOG.errorf(e, "Kafka refuses");
    return JsonResponses.problem(
        Problem.unavailable("Kafka is away; nothing was sent"), uri.getPath());
  }

  @ServerExceptionMapper
  Response mapStorageError(StorageException e, UriInfo uri) {
    LOG.errorf(e, "the storage refuses");
    return JsonResponses.problem(Problem.unavailable("the storage is away"), uri.getPath());
  }

  @ServerExceptionMapper
  Response mapUnexpectedError(RuntimeException e, UriInfo uri) {
    LOG.errorf(e, "%s failed", uri.getPath());
    Problem internal = Problem.of(500, "internal", "Our fault", "the gateway's log says more");
    return JsonResponses.problem(internal, uri.getPath());
  }
}
