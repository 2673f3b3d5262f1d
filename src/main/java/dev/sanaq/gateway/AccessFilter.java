package dev.sanaq.gateway;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lets those in who may, and not too often. */
final class AccessFilter {
  private static final String SCHEME = "Bearer ";
  private static final String API_PATH = "/v1/";

  @Inject GatewayService gateway;
  @Inject Subjects subjects;
  @Inject Visit visit;

  @ServerRequestFilter
  Uni<Response> enter(ContainerRequestContext request) {
    if (!request.getUriInfo().getPath().startsWith(API_PATH)) {
      return Uni.createFrom().nullItem();
    }
    Gateway running = gateway.running();
    Optional<Caller> owner = running.access().caller(key(request));
    if (owner.isPresent()) {
      admit(owner, running.rateLimit());
      return Uni.createFrom().nullItem();
    }
    return subjects
        .caller()
        .invoke(subject -> admit(subject, running.rateLimit()))
        .chain(() -> Uni.createFrom().nullItem());
  }

  private void admit(Optional<Caller> who, RateLimit rates) {
    Caller caller = who.orElseThrow(() -> new ProblemException(Problem.unauthorized()));
    long wait = rates.pass(caller);
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
