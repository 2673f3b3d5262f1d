package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.rest.JobService;
import dev.sanaq.gateway.rest.JobSubmitter;
import dev.sanaq.gateway.view.ByteRange;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.StoredImage;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** OpenAI's image generation API, so that its clients work with this gateway. */
@Path("/v1/images/generations")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class OpenAiResource {
  private final GatewayConfig config;
  private final JobSubmitter submitter;
  private final JobService jobs;
  private final JobArchive archive;
  private final Backlog backlog;
  private final RequestContext requestContext;

  OpenAiResource(
      GatewayConfig config,
      JobSubmitter submitter,
      JobService jobs,
      JobArchive archive,
      Backlog backlog,
      RequestContext requestContext) {
    this.config = config;
    this.submitter = submitter;
    this.jobs = jobs;
    this.archive = archive;
    this.backlog = backlog;
    this.requestContext = requestContext;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> generate(InputStream body) {
    OpenAiRequest request = OpenAiRequest.of(submitter.readBody(body));
    String id = submit(request);
    return jobs.awaitEndOfNew(id, config.maxWait())
        .map(
            found ->
                found
                    .filter(JobSnapshot::isEnded)
                    .map(job -> imagesResponse(job, request.inline()))
                    .orElseGet(() -> cancelAfterTimeout(id)));
  }

  private String submit(OpenAiRequest request) {
    try {
      return submitter.submit(requestContext.caller(), request.fields(), "").id();
    } catch (ProblemException e) {
      throw toOpenAiException(e.problem());
    }
  }

  private Response imagesResponse(JobSnapshot job, boolean inline) {
    if (!job.isCompleted()) {
      throw new ProblemException(FailureProblems.of(job));
    }
    List<Map<String, Object>> data = new ArrayList<>();
    for (StoredImage image : job.images()) {
      data.add(
          inline
              ? Map.of("b64_json", encodeBase64(image))
              : Map.of("url", archive.imageUrl(job.id(), data.size(), image).url()));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("created", Objects.requireNonNull(job.terminalEvent()).time().getEpochSecond());
    body.put("data", data);
    return JsonResponses.ok(body);
  }

  // The client does not know the job's id, so it cannot fetch the images later.
  private Response cancelAfterTimeout(String id) {
    jobs.cancel(id, "the client stopped waiting");
    throw new ProblemException(
        backlog
            .noWorkerReason()
            .map(reason -> Problem.noWorker(reason + "; the job was cancelled"))
            .orElseGet(
                () ->
                    Problem.backlogFull(
                        "Backlog full: no image within %s s (sanaq.gateway.max-wait); the job was"
                                .formatted(config.maxWait().toSeconds())
                            + " cancelled",
                        backlog.state().secondsToWait())));
  }

  private String encodeBase64(StoredImage image) {
    try (InputStream bytes =
        archive
            .openImage(image, ByteRange.all(image.bytes()))
            .orElseThrow(() -> new IOException("S3 no longer has the image " + image.key()))) {
      return Base64.getEncoder().encodeToString(bytes.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProblemException toOpenAiException(Problem problem) {
    return new ProblemException(
        new Problem(
            problem.status(),
            problem.code(),
            problem.title(),
            problem.detail(),
            problem.errors().stream().map(OpenAiRequest::toOpenAiError).toList(),
            problem.headers()));
  }
}
