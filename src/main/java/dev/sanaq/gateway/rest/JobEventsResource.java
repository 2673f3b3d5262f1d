package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobEventStream;
import dev.sanaq.gateway.view.JobSnapshot;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;

/**
 * A job's events as they come, ending with its last. An event's id is the one that it has on the
 * topic, so that a stream goes on where it broke off, at any gateway.
 */
@Path("/v1/jobs/{id}/events")
@Blocking
public class JobEventsResource {
  @Inject GatewayLifecycle gateway;
  @Inject GatewayConfig config;
  @Inject JobService jobs;
  @Inject RequestContext requestContext;
  @Inject Vertx vertx;

  @GET
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public Multi<OutboundSseEvent> events(
      @PathParam("id") String id,
      @HeaderParam("Last-Event-ID") @DefaultValue("") String lastEventId,
      @Context Sse sse) {
    JobSnapshot job = jobs.find(requestContext.caller(), id);
    int lastRank = JobEvent.sequence(job.id(), lastEventId);
    if (lastRank == JobEvent.TERMINAL) {
      // Tells browsers that there is nothing to come again for.
      throw new WebApplicationException(Response.noContent().build());
    }
    JobEventStream stream = new JobEventStream(sse, vertx, config.heartbeat(), lastRank);
    return stream.stream(job, gateway.requireReady().view());
  }
}
