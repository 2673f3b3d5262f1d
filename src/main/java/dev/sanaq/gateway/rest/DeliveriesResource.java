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
@Path("/v1/jobs/{id}/deliveries")
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
  public Response list(@PathParam("id") String id) {
    String job = jobs.find(requestContext.caller(), id).id();
    return JsonResponses.ok(
        Map.of("deliveries", deliveries.ofJob(job).stream().map(Delivery::summary).toList()));
  }

  /** Sends a delivery again, from the first attempt. */
  @POST
  @Path("{event}/resend")
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
