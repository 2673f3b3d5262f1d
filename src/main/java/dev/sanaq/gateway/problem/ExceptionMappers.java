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

/** Maps every exception of a request to problem details. */
final class ExceptionMappers {
  private static final Logger LOG = Logger.getLogger(ExceptionMappers.class);

  private static final Map<Integer, Problem> PROBLEMS_BY_STATUS =
      Map.of(
          404,
          Problem.notFound("No resource has this URL"),
          405,
          Problem.of(
              405,
              "method_not_allowed",
              "Method not allowed",
              "The header Allow lists the methods"),
          406,
          Problem.of(
              406,
              "not_acceptable",
              "Not acceptable",
              "The answer has none of the media types in Accept"),
          415,
          Problem.of(
              415,
              "unsupported_media_type",
              "Unsupported media type",
              "The body must be application/json"));

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
    Problem other =
        Problem.of(
            status,
            "http_" + status,
            e.getResponse().getStatusInfo().getReasonPhrase(),
            String.valueOf(e.getMessage()));
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
