package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.problem.JsonResponses;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Returns the backlog; autoscalers use it. */
@Path("/v1/backlog")
@Blocking
public class BacklogResource {
  private final Backlog backlog;

  BacklogResource(Backlog backlog) {
    this.backlog = backlog;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response backlog() {
    return JsonResponses.ok(backlog.state());
  }
}
