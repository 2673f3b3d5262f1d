package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Answers API requests with 503 until the job view has caught up; no bean is used before. */
final class ReadinessFilter {
  private static final String API_PREFIX = "/v1/";

  private final GatewayLifecycle gateway;

  ReadinessFilter(GatewayLifecycle gateway) {
    this.gateway = gateway;
  }

  @ServerRequestFilter(priority = Priorities.AUTHENTICATION)
  void requireReady(ContainerRequestContext request) {
    if (request.getUriInfo().getPath().startsWith(API_PREFIX)
        && gateway.notReadyReason().isPresent()) {
      throw new ProblemException(Problem.unavailable("The gateway is not ready yet"));
    }
  }
}
