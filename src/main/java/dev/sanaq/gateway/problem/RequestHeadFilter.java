package dev.sanaq.gateway.problem;

import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses requests by their head, before any route: what Quarkus would refuse without a body. Above
 * {@code quarkus.http.limits.max-initial-line-length} and {@code max-header-size}, and if a request
 * is not HTTP at all, Netty still answers without one. Event loops.
 */
@Singleton
final class RequestHeadFilter {
  static final int MAX_URI_LENGTH = 16_384;
  static final int MAX_HEADER_LENGTH = 20_480;

  /** Before authentication and every route. */
  private static final int PRIORITY = 100_000;

  private static final String API_PREFIX = "/v1/";
  private static final Set<Integer> FAILURES = Set.of(400, 404, 405, 413);

  private final BodyLimits limits;

  RequestHeadFilter(BodyLimits limits) {
    this.limits = limits;
  }

  void filter(@Observes Filters filters) {
    filters.register(this::refuseOrPass, PRIORITY);
  }

  /** The router itself fails requests whose path or host it cannot read, before any route. */
  void handleFailures(@Observes Router router) {
    router.route().order(Integer.MIN_VALUE).failureHandler(this::describeFailure);
    router.errorHandler(
        400,
        // The router ends the answer itself unless it has ended when this returns.
        context -> end(context.request(), refused(context, 400)));
  }

  private void refuseOrPass(RoutingContext context) {
    problem(context.request())
        .ifPresentOrElse(problem -> answer(context.request(), problem), context::next);
  }

  private void describeFailure(RoutingContext context) {
    int status = context.statusCode();
    if (context.response().headWritten() || !FAILURES.contains(status)) {
      context.next();
      return;
    }
    answer(context.request(), refused(context, status));
  }

  private Problem refused(RoutingContext context, int status) {
    return problem(context.request())
        .orElseGet(
            () ->
                status == 400
                    ? HttpProblems.invalidUrl("")
                    : HttpProblems.ofStatus(status, path(context.request())));
  }

  private Optional<Problem> problem(HttpServerRequest request) {
    MultiMap headers = request.headers();
    if (request.uri().length() > MAX_URI_LENGTH) {
      return Optional.of(HttpProblems.uriTooLong(MAX_URI_LENGTH));
    }
    if (length(headers) > MAX_HEADER_LENGTH) {
      return Optional.of(HttpProblems.headersTooLarge(MAX_HEADER_LENGTH));
    }
    if (!hasHost(request)) {
      return Optional.of(HttpProblems.invalidHost());
    }
    String encoding = headers.get(HttpHeaders.CONTENT_ENCODING);
    if (encoding != null && !encoding.isBlank() && !encoding.strip().equalsIgnoreCase("identity")) {
      return Optional.of(HttpProblems.unsupportedEncoding());
    }
    String type = headers.get(HttpHeaders.CONTENT_TYPE);
    if (type != null && type.isBlank()) {
      return Optional.of(HttpProblems.ofStatus(415, path(request)));
    }
    if (contentLength(headers) > limits.maxBytes(path(request))) {
      return Optional.of(limits.tooLarge(path(request)));
    }
    return invalidUrl(request.uri());
  }

  private static int length(MultiMap headers) {
    int length = 0;
    for (Map.Entry<String, String> header : headers) {
      length += header.getKey().length() + header.getValue().length();
    }
    return length;
  }

  // HTTP/1.0 has no Host, and health checks of load balancers send none.
  private static boolean hasHost(HttpServerRequest request) {
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    if (hosts.size() > 1) {
      return false;
    }
    boolean needed =
        request.version() == HttpVersion.HTTP_1_1 || request.uri().startsWith(API_PREFIX);
    return !needed || request.authority() != null && !request.authority().host().isEmpty();
  }

  private static long contentLength(MultiMap headers) {
    String length = headers.get(HttpHeaders.CONTENT_LENGTH);
    // Netty has refused what is no number.
    return length == null ? 0 : Long.parseLong(length.strip());
  }

  private static Optional<Problem> invalidUrl(String uri) {
    try {
      new URI(uri);
      return Optional.empty();
    } catch (URISyntaxException e) {
      int at = Math.max(0, Math.min(e.getIndex(), uri.length() - 1));
      return Optional.of(
          HttpProblems.invalidUrl(uri.substring(at, Math.min(at + 3, uri.length()))));
    }
  }

  private static void answer(HttpServerRequest request, Problem problem) {
    if (request.getHeader(HttpHeaders.EXPECT) == null) {
      // A client that is still sending its body reads the answer only after that.
      request.endHandler(sent -> end(request, problem)).resume();
    } else {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
      end(request, problem).onComplete(sent -> request.connection().close());
    }
  }

  private static String path(HttpServerRequest request) {
    return request.path() == null ? "" : request.path();
  }

  private static Future<Void> end(HttpServerRequest request, Problem problem) {
    String path = path(request);
    HttpServerResponse response = request.response().setStatusCode(problem.status());
    response.putHeader(HttpHeaders.CONTENT_TYPE, JsonResponses.problemType(path));
    problem.headers().forEach(response::putHeader);
    return response.end(Buffer.buffer(JsonResponses.problemBody(problem, path)));
  }
}
