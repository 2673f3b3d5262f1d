package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.Caller;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Submits, lists, returns and cancels jobs. */
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class JobsResource {
  private static final Duration VIEW_UPDATE_TIMEOUT = Duration.ofSeconds(2);

  private final GatewayConfig config;
  private final JobSubmitter submitter;
  private final JobService jobs;
  private final JobView view;
  private final JobResponseFactory responses;
  private final RequestContext requestContext;

  JobsResource(
      GatewayConfig config,
      JobSubmitter submitter,
      JobService jobs,
      JobView view,
      JobResponseFactory responses,
      RequestContext requestContext) {
    this.config = config;
    this.submitter = submitter;
    this.jobs = jobs;
    this.view = view;
    this.responses = responses;
    this.requestContext = requestContext;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> submit(
      InputStream body,
      @HeaderParam("Idempotency-Key") @DefaultValue("") String idempotencyKey,
      @Context HttpHeaders headers) {
    PreferWait preference = PreferWait.of(headers, config.maxWait());
    JobSubmitter.Submission submitted =
        submitter.submit(requestContext.caller(), submitter.readBody(body), idempotencyKey);
    String id = submitted.id();
    return submitted
        .existingJob()
        .map(job -> Uni.createFrom().item(job))
        .orElseGet(() -> awaitVisible(id))
        .flatMap(job -> jobs.awaitEndOfNew(job, submitted.pool(), preference.maxWait()))
        .map(
            job -> {
              Response.ResponseBuilder answer =
                  job.isEnded() && preference.requested() ? response(200, job) : response(202, job);
              return preference.applyTo(answer.header(HttpHeaders.LOCATION, "/v1/jobs/" + id));
            });
  }

  @GET
  public Response list(@Context UriInfo uri) {
    Caller caller = requestContext.caller();
    ListQuery query = ListQuery.of(uri.getQueryParameters());
    List<JobSnapshot> found =
        view.list(
            job -> caller.canSee(job.id()) && query.matches(job),
            query.olderThan(),
            query.limit() + 1);
    List<JobSnapshot> page = found.subList(0, Math.min(query.limit(), found.size()));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("jobs", page.stream().map(responses::body).toList());
    if (page.size() < found.size()) {
      body.put("next", PageCursor.after(page.get(page.size() - 1)));
    }
    return JsonResponses.ok(body);
  }

  @GET
  @Path("{id}")
  public Uni<Response> find(@PathParam("id") String id, @Context HttpHeaders headers) {
    PreferWait preference = PreferWait.of(headers, config.maxWait());
    return jobs.awaitEnd(jobs.find(requestContext.caller(), id), preference.maxWait())
        .map(
            job ->
                preference.applyTo(
                    response(preference.requested() && !job.isEnded() ? 202 : 200, job)));
  }

  @DELETE
  @Path("{id}")
  public Uni<Response> cancel(@PathParam("id") String id, @Context HttpHeaders headers) {
    PreferWait preference = PreferWait.of(headers, config.maxWait());
    JobSnapshot job = jobs.find(requestContext.caller(), id);
    jobs.cancel(job);
    return jobs.awaitEnd(job, preference.maxWait())
        .map(
            latest -> {
              boolean cancelled = latest.state() == JobState.CANCELLED;
              if (!cancelled) {
                JobService.requireNotEnded(latest);
              }
              return preference.applyTo(response(cancelled ? 200 : 202, latest));
            });
  }

  // Read-your-writes: a GET right after the POST must find the job.
  private Uni<JobSnapshot> awaitVisible(String id) {
    return jobs.awaitState(id, job -> true, VIEW_UPDATE_TIMEOUT)
        .map(visible -> visible.orElseGet(() -> JobSnapshot.unknown(id, Instant.now())));
  }

  private Response.ResponseBuilder response(int status, JobSnapshot job) {
    return JsonResponses.json(status, responses.body(job));
  }
}
