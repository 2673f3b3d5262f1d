package dev.sanaq.gateway;

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
final class Problems {
  private static final Logger LOG = Logger.getLogger(Problems.class);

  private static final Map<Integer, Problem> STATUSES =
      Map.of(
          404, Problem.of(404, "not_found", "Nothing here", "there is no such address"),
          405, Problem.of(405, "not_allowed", "Not here", "this address knows other methods"),
          406, Problem.of(406, "not_acceptable", "Not so", "the answer's type is another one"),
          415, Problem.of(415, "unsupported", "Not so", "the body has to be application/json"));

  @ServerExceptionMapper
  Response refused(ProblemException e, UriInfo uri) {
    return Answers.problem(e.problem(), uri.getPath());
  }

  @ServerExceptionMapper
  Response http(WebApplicationException e, UriInfo uri) {
    int status = e.getResponse().getStatus();
    if (status < 400) {
      return e.getResponse();
    }
    Problem other = Problem.of(status, "refused", "Refused", String.valueOf(e.getMessage()));
    Response answer = Answers.problem(STATUSES.getOrDefault(status, other), uri.getPath());
    Optional<String> allowed = status == 405 ? Methods.of(uri.getPath()) : Optional.empty();
    return allowed
        .map(methods -> Response.fromResponse(answer).header(HttpHeaders.ALLOW, methods).build())
        .orElse(answer);
  }

  @ServerExceptionMapper
  Response kafka(KafkaException e, UriInfo uri) {
    LOG.errorf(e, "Kafka refuses");
    return Answers.problem(Problem.unavailable("Kafka is away; nothing was sent"), uri.getPath());
  }

  @ServerExceptionMapper
  Response storage(StorageException e, UriInfo uri) {
    LOG.errorf(e, "the storage refuses");
    return Answers.problem(Problem.unavailable("the storage is away"), uri.getPath());
  }

  @ServerExceptionMapper
  Response bug(RuntimeException e, UriInfo uri) {
    LOG.errorf(e, "%s failed", uri.getPath());
    Problem internal = Problem.of(500, "internal", "Our fault", "the gateway's log says more");
    return Answers.problem(internal, uri.getPath());
  }
}
