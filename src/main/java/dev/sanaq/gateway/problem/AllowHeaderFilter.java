package dev.sanaq.gateway.problem;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;
import org.jspecify.annotations.Nullable;

/**
 * Answers OPTIONS, and lists each path's methods for the header {@code Allow}. The framework's own
 * answer mixes up paths with the same prefix.
 */
public final class AllowHeaderFilter {
  private static final String READ_METHODS = "GET, HEAD, OPTIONS";
  private static final String POST_METHODS = "OPTIONS, POST";
  private static final Map<String, String> METHODS_BY_PATH =
      Map.ofEntries(
          Map.entry("/v1/jobs", "GET, HEAD, OPTIONS, POST"),
          Map.entry("/v1/jobs/[^/]+", "DELETE, GET, HEAD, OPTIONS"),
          Map.entry("/v1/jobs/[^/]+/events", READ_METHODS),
          Map.entry("/v1/jobs/[^/]+/images/[^/]+", READ_METHODS),
          Map.entry("/v1/jobs/[^/]+/deliveries", READ_METHODS),
          Map.entry("/v1/jobs/[^/]+/deliveries/[^/]+/resend", POST_METHODS),
          Map.entry("/v1/adapters", READ_METHODS),
          Map.entry("/v1/backlog", READ_METHODS),
          Map.entry("/v1/models", READ_METHODS),
          Map.entry("/v1/models/[^/]+", READ_METHODS),
          Map.entry("/v1/images/generations", POST_METHODS),
          Map.entry(ImagePaths.EDITS, POST_METHODS),
          Map.entry(ImagePaths.VARIATIONS, POST_METHODS),
          Map.entry(ImagePaths.UPLOADS, POST_METHODS));

  @ServerRequestFilter(preMatching = true)
  @Nullable Response answerOptions(ContainerRequestContext request) {
    return request.getMethod().equals(HttpMethod.OPTIONS)
        ? allowedMethods(request.getUriInfo().getPath())
            .map(allowed -> Response.noContent().header(HttpHeaders.ALLOW, allowed).build())
            .orElse(null)
        : null;
  }

  /** The value of the header {@code Allow}; empty for an unknown path. */
  public static Optional<String> allowedMethods(String path) {
    return METHODS_BY_PATH.entrySet().stream()
        .filter(entry -> path.matches(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst();
  }
}
