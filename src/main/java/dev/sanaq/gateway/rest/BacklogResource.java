package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.problem.JsonResponses;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** How much work waits, for those who start and stop workers. */
@Path("/v1/backlog")
@Blocking
public class BacklogResource {
  @Inject GatewayLifecycle gateway;

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response backlog() {
    return JsonResponses.ok(gateway.backlog());
  }
}
