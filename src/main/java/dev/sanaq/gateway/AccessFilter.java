package dev.sanaq.gateway;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets those in who may, and not too often. */
final class AccessFilter {
  private static final String SCHEME = "Bearer ";
  private static final String API_PATH = "/v1/";

  @Inject GatewayService gateway;
  @Inject Visit visit;

  @ServerRequestFilter
  void enter(ContainerRequestContext request) {
    if (!request.getUriInfo().getPath().startsWith(API_PATH)) {
      return;
    }
    Gateway running = gateway.running();
    Caller caller =
        running
            .access()
            .caller(key(request))
            .orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    long wait = running.rateLimit().pass(caller);
    if (wait > 0) {
      throw new ProblemException(Problem.tooMany("too many requests a minute", wait));
    }
    visit.enter(caller);
  }

  private static String key(ContainerRequestContext request) {
    String authorization = request.getHeaderString(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return authorization.substring(SCHEME.length()).strip();
    }
    String key = request.getHeaderString("X-API-Key");
    return key == null ? "" : key.strip();
  }
}
