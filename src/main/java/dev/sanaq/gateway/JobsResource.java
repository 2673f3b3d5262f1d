package dev.sanaq.gateway;

import dev.sanaq.json.BadJsonException;
import dev.sanaq.json.Json;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
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
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Jobs: submitted, looked at, taken back. */
@Path("/v1/jobs")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class JobsResource {
  private static final Duration TO_BE_SEEN = Duration.ofSeconds(2);

  @Inject GatewayService gateway;
  @Inject GatewayConfig config;
  @Inject Submissions submissions;
  @Inject Jobs jobs;
  @Inject Visit visit;

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> submit(
      byte[] body,
      @HeaderParam("Idempotency-Key") @DefaultValue("") String key,
      @Context HttpHeaders headers) {
    Preference preference = Preference.of(headers, config.longestWait());
    Submissions.Submitted submitted = submissions.submit(visit.caller(), object(body), key);
    String id = submitted.id();
    return submitted
        .before()
        .map(job -> Uni.createFrom().item(job))
        .orElseGet(() -> seen(id))
        .flatMap(job -> jobs.ended(job, preference.patience()))
        .map(
            job -> {
              Response.ResponseBuilder answer =
                  job.ended() && preference.said() ? answer(200, job) : answer(202, job);
              return preference.applied(answer.header(HttpHeaders.LOCATION, "/v1/jobs/" + id));
            });
  }

  @GET
  public Response list(@Context UriInfo uri) {
    Caller caller = visit.caller();
    Gateway parts = gateway.running();
    ListQuery query = ListQuery.of(uri.getQueryParameters());
    List<ViewedJob> found =
        parts
            .view()
            .list(
                job -> caller.mayKnow(job.id()) && query.wants(job),
                query.from(),
                query.limit() + 1);
    List<ViewedJob> page = found.subList(0, Math.min(query.limit(), found.size()));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("jobs", page.stream().map(job -> JobAnswer.of(job, parts)).toList());
    if (page.size() < found.size()) {
      body.put("next", Cursor.after(page.get(page.size() - 1)));
    }
    return Answers.ok(body);
  }

  @GET
  @Path("{id}")
  public Uni<Response> find(@PathParam("id") String id, @Context HttpHeaders headers) {
    Preference preference = Preference.of(headers, config.longestWait());
    return jobs.ended(jobs.find(visit.caller(), id), preference.patience())
        .map(job -> preference.applied(answer(preference.said() && !job.ended() ? 202 : 200, job)));
  }

  @DELETE
  @Path("{id}")
  public Uni<Response> cancel(@PathParam("id") String id, @Context HttpHeaders headers) {
    Preference preference = Preference.of(headers, config.longestWait());
    ViewedJob job = jobs.find(visit.caller(), id);
    jobs.cancel(job);
    return jobs.ended(job, preference.patience())
        .map(
            after -> {
              boolean inTime = after.state() == JobState.CANCELLED;
              if (!inTime) {
                Jobs.refuseEnded(after);
              }
              return preference.applied(answer(inTime ? 200 : 202, after));
            });
  }

  /**
   * The body as an object.
   *
   * @throws ProblemException where it is none
   */
  static Map<String, Object> object(byte[] body) {
    try {
      return Json.object(body);
    } catch (BadJsonException e) {
      throw new ProblemException(Problem.malformed(String.valueOf(e.getMessage())));
    }
  }

  // So that whoever has the answer finds the job.
  private Uni<ViewedJob> seen(String id) {
    return jobs.when(id, job -> true, TO_BE_SEEN)
        .map(seen -> seen.orElseGet(() -> ViewedJob.unknown(id, Instant.now())));
  }

  private Response.ResponseBuilder answer(int status, ViewedJob job) {
    return Answers.json(status, JobAnswer.of(job, gateway.running()));
  }
}
