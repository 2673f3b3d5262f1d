package dev.sanaq.gateway.problem;

import dev.sanaq.storage.StorageException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Maps every exception of a request to problem details. */
final class ExceptionMappers {
  private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

  private static final Problem INTERNAL_ERROR =
      Problem.of(500, "internal", "Internal server error", "See the gateway log");

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
    Response answer =
        JsonResponses.problem(HttpProblems.ofStatus(status, uri.getPath()), uri.getPath());
    Optional<String> allowed =
        status == 405 ? AllowHeaderFilter.allowedMethods(uri.getPath()) : Optional.empty();
    return allowed
        .map(methods -> Response.fromResponse(answer).header(HttpHeaders.ALLOW, methods).build())
        .orElse(answer);
  }

  @ServerExceptionMapper
  Response mapKafkaError(KafkaException e, UriInfo uri) {
    LOG.errorf(e, "%s: Kafka call failed", uri.getPath());
    return JsonResponses.problem(
        Problem.unavailable("Kafka is unavailable; nothing was sent"), uri.getPath());
  }

  @ServerExceptionMapper
  Response mapStorageError(StorageException e, UriInfo uri) {
    LOG.errorf(e, "%s: S3 call failed", uri.getPath());
    return JsonResponses.problem(Problem.unavailable("S3 is unavailable"), uri.getPath());
  }

  @ServerExceptionMapper
  Response mapUnexpectedError(RuntimeException e, UriInfo uri) {
    LOG.errorf(e, "%s failed", uri.getPath());
    return JsonResponses.problem(INTERNAL_ERROR, uri.getPath());
  }
}
