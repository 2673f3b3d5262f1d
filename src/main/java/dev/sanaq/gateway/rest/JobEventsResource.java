package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobEventStream;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.vertx.core.Vertx;
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
 * Streams a job's events up to the terminal event. Event ids are those of the topic, so that a
 * client can resume a broken stream at any gateway.
 */
// All classes of jobs have this path: with a longer one a wrong method would be answered with 404.
@Path("/v1/jobs")
@Blocking
public class JobEventsResource {
  private final GatewayConfig config;
  private final JobService jobs;
  private final JobView view;
  private final RequestContext requestContext;
  private final Vertx vertx;

  JobEventsResource(
      GatewayConfig config,
      JobService jobs,
      JobView view,
      RequestContext requestContext,
      Vertx vertx) {
    this.config = config;
    this.jobs = jobs;
    this.view = view;
    this.requestContext = requestContext;
    this.vertx = vertx;
  }

  @GET
  @Path("{id}/events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public Multi<OutboundSseEvent> events(
      @PathParam("id") String id,
      @HeaderParam("Last-Event-ID") @DefaultValue("") String lastEventId,
      @Context Sse sse) {
    JobSnapshot job = jobs.find(requestContext.caller(), id);
    int lastSequence = JobEvent.sequence(job.id(), lastEventId);
    if (lastSequence == JobEvent.TERMINAL) {
      // 204 stops browsers from reconnecting.
      throw new WebApplicationException(Response.noContent().build());
    }
    JobEventStream stream = new JobEventStream(sse, vertx, config.heartbeat(), lastSequence);
    return stream.stream(job, view);
  }
}
