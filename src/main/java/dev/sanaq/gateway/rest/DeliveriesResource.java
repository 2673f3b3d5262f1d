package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.topic.DeliveryQueries;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/** Lists and resends the webhook deliveries of a job. */
// All classes of jobs have this path: with a longer one a wrong method would be answered with 404.
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class DeliveriesResource {
  private final DeliveryQueries deliveries;
  private final JobService jobs;
  private final RequestContext requestContext;

  DeliveriesResource(DeliveryQueries deliveries, JobService jobs, RequestContext requestContext) {
    this.deliveries = deliveries;
    this.jobs = jobs;
    this.requestContext = requestContext;
  }

  /** Lists the deliveries, the latest event first. */
  @GET
  @Path("{id}/deliveries")
  public Response list(@PathParam("id") String id) {
    String job = jobs.find(requestContext.caller(), id).id();
    return JsonResponses.ok(
        Map.of("deliveries", deliveries.ofJob(job).stream().map(Delivery::summary).toList()));
  }

  /** Sends a delivery again, from the first attempt. */
  @POST
  @Path("{id}/deliveries/{event}/resend")
  public Response resend(@PathParam("id") String id, @PathParam("event") String event) {
    String job = jobs.find(requestContext.caller(), id).id();
    return deliveries
        .resend(job + "/" + event)
        .map(delivery -> JsonResponses.json(202, delivery.summary()).build())
        .orElseThrow(
            () ->
                new ProblemException(
                    Problem.notFound("The job has no delivery of that event, or no longer")));
  }
}
