package dev.sanaq.gateway.auth;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/**
 * Authenticates API requests by key, then by OpenID token, and enforces the caller's rate limit.
 */
final class AuthenticationFilter {
  private static final String BEARER_PREFIX = "Bearer ";
  private static final String API_PREFIX = "/v1/";

  private final ApiKeyAuthenticator apiKeyAuthenticator;
  private final OidcAuthenticator oidcAuthenticator;
  private final RateLimiter rateLimiter;
  private final RequestContext requestContext;

  AuthenticationFilter(
      ApiKeyAuthenticator apiKeyAuthenticator,
      OidcAuthenticator oidcAuthenticator,
      RateLimiter rateLimiter,
      RequestContext requestContext) {
    this.apiKeyAuthenticator = apiKeyAuthenticator;
    this.oidcAuthenticator = oidcAuthenticator;
    this.rateLimiter = rateLimiter;
    this.requestContext = requestContext;
  }

  @ServerRequestFilter
  Uni<Response> authenticate(ContainerRequestContext request) {
    if (!request.getUriInfo().getPath().startsWith(API_PREFIX)) {
      return Uni.createFrom().nullItem();
    }
    Optional<Caller> owner = apiKeyAuthenticator.authenticate(apiKey(request));
    if (owner.isPresent()) {
      admit(owner);
      return Uni.createFrom().nullItem();
    }
    return oidcAuthenticator
        .authenticate()
        .invoke(this::admit)
        .chain(() -> Uni.createFrom().nullItem());
  }

  private void admit(Optional<Caller> authenticated) {
    Caller caller = authenticated.orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    long retryAfterSeconds = rateLimiter.acquireOrRetryAfter(caller);
    if (retryAfterSeconds > 0) {
      throw new ProblemException(
          Problem.rateLimited(caller.requestsPerMinute().orElseThrow(), retryAfterSeconds));
    }
    requestContext.setCaller(caller);
  }

  private static String apiKey(ContainerRequestContext request) {
    String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (authorization != null
        && authorization.regionMatches(true, 0, BEARER_PREFIX, 0, BEARER_PREFIX.length())) {
      return authorization.substring(BEARER_PREFIX.length()).strip();
    }
    String key = request.getHeaderString("X-API-Key");
    return key == null ? "" : key.strip();
  }
}
