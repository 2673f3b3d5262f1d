package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.auth.OidcAuthenticator;
import dev.sanaq.gateway.auth.RateLimiter;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.lifecycle.GatewayComponents;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets those in who may, and not too often. */
final class AuthenticationFilter {
  private static final String BEARER_PREFIX = "Bearer ";
  private static final String API_PREFIX = "/v1/";

  @Inject GatewayLifecycle gateway;
  @Inject OidcAuthenticator oidcAuthenticator;
  @Inject RequestContext requestContext;

  @ServerRequestFilter
  Uni<Response> authenticate(ContainerRequestContext request) {
    if (!request.getUriInfo().getPath().startsWith(API_PREFIX)) {
      return Uni.createFrom().nullItem();
    }
    GatewayComponents running = gateway.requireReady();
    Optional<Caller> owner = running.authenticator().authenticate(apiKey(request));
    if (owner.isPresent()) {
      admit(owner, running.rateLimiter());
      return Uni.createFrom().nullItem();
    }
    return oidcAuthenticator
        .authenticate()
        .invoke(subject -> admit(subject, running.rateLimiter()))
        .chain(() -> Uni.createFrom().nullItem());
  }

  private void admit(Optional<Caller> who, RateLimiter rates) {
    Caller caller = who.orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    long wait = rates.acquireOrRetryAfter(caller);
    if (wait > 0) {
      throw new ProblemException(
          Problem.rateLimited(caller.requestsPerMinute().orElseThrow(), wait));
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
