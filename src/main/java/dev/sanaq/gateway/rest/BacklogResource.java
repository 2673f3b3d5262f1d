package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** Returns the backlog of all models or of one; autoscalers use it. */
@Path("/v1/backlog")
@Blocking
public class BacklogResource {
  private final Backlog backlog;
  private final ModelPools pools;

  BacklogResource(Backlog backlog, ModelPools pools) {
    this.backlog = backlog;
    this.pools = pools;
  }

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response backlog(@QueryParam("model") @DefaultValue("") String model) {
    if (model.isEmpty()) {
      return JsonResponses.ok(backlog.state());
    }
    ModelPool pool =
        pools
            .find(model)
            .orElseThrow(() -> new ProblemException(Problem.modelNotFound(model, pools.models())));
    return JsonResponses.ok(backlog.state(pool));
  }
}
