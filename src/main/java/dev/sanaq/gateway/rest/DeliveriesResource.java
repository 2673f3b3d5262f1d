package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.webhook.Delivery;
import dev.sanaq.webhook.topic.DeliveryQueries;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Map;

/** The callbacks of a job: looked at, and asked for again. */
@Path("/v1/jobs/{id}/deliveries")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class DeliveriesResource {
  @Inject DeliveryQueries deliveries;
  @Inject JobService jobs;
  @Inject RequestContext requestContext;

  /** The latest event first. */
  @GET
  public Response list(@PathParam("id") String id) {
    String job = jobs.find(requestContext.caller(), id).id();
    return JsonResponses.ok(
        Map.of("deliveries", deliveries.ofJob(job).stream().map(Delivery::summary).toList()));
  }

  /** From the first attempt on. */
  @POST
  @Path("{event}/resend")
  public Response resend(@PathParam("id") String id, @PathParam("event") String event) {
    String job = jobs.find(requestContext.caller(), id).id();
    return deliveries
        .resend(job + "/" + event)
        .map(delivery -> JsonResponses.json(202, delivery.summary()).build())
        .orElseThrow(() -> new ProblemException(Problem.notFound("The job has no delivery of that event, or no longer")));
  }
}
