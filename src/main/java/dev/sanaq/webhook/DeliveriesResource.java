package dev.sanaq.webhook;

import dev.sanaq.job.JobIds;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Deliveries over HTTP. Whose they are is checked by whoever guards {@code /v1}. */
@Path("/v1/webhook-deliveries")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class DeliveriesResource {
  private final Deliveries deliveries;

  DeliveriesResource(Deliveries deliveries) {
    this.deliveries = deliveries;
  }

  /** A job's deliveries, the latest event first. */
  @GET
  public Response list(@QueryParam("job") @Nullable String job) {
    if (job == null || !JobIds.valid(job)) {
      return problem(
          Response.Status.BAD_REQUEST, "the parameter job is a job's id: " + JobIds.ALLOWED);
    }
    return Response.ok(
            Map.of("deliveries", deliveries.ofJob(job).stream().map(Delivery::summary).toList()))
        .build();
  }

  /** Sends one again, from the first attempt on; its id is the event's, slash included. */
  @POST
  @Path("{id:.+}/resend")
  public Response resend(@PathParam("id") String id) {
    return deliveries
        .resend(id)
        .map(delivery -> Response.accepted(delivery.summary()).build())
        .orElseGet(
            () ->
                problem(
                    Response.Status.NOT_FOUND,
                    "there is no such delivery; it may have ended too long ago"));
  }

  private static Response problem(Response.Status status, String detail) {
    Map<String, Object> problem = new LinkedHashMap<>();
    problem.put("title", status.getReasonPhrase());
    problem.put("status", status.getStatusCode());
    problem.put("detail", detail);
    return Response.status(status).type("application/problem+json").entity(problem).build();
  }
}
