package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.lifecycle.GatewayLifecycle;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.rest.JobResponse;
import dev.sanaq.gateway.rest.JobService;
import dev.sanaq.gateway.rest.JobSubmitter;
import dev.sanaq.gateway.rest.JobsResource;
import dev.sanaq.gateway.view.ByteRange;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.StoredImage;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
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

/** The part of OpenAI's API that draws, so that its clients work here. */
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class OpenAiResource {
  @Inject GatewayLifecycle gateway;
  @Inject GatewayConfig config;
  @Inject JobSubmitter submitter;
  @Inject JobService jobs;
  @Inject RequestContext requestContext;

  @GET
  @Path("models")
  public Response models() {
    List<Map<String, Object>> models = new ArrayList<>();
    gateway
        .requireReady()
        .view()
        .models()
        .forEach(
            (name, since) -> {
              Map<String, Object> model = new LinkedHashMap<>();
              model.put("id", name);
              model.put("object", "model");
              model.put("created", since.getEpochSecond());
              model.put("owned_by", "sanaq");
              models.add(model);
            });
    return JsonResponses.ok(Map.of("object", "list", "data", models));
  }

  @POST
  @Path("images/generations")
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> generate(byte[] body) {
    OpenAiRequest request = OpenAiRequest.of(JobsResource.parseObject(body));
    String id = submit(request);
    return jobs.awaitState(id, JobSnapshot::isEnded, config.maxWait())
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
    JobArchive shelf = gateway.requireReady().archive();
    List<Map<String, Object>> data = new ArrayList<>();
    for (StoredImage image : JobResponse.images(job)) {
      data.add(
          inline
              ? Map.of("b64_json", encodeBase64(image, shelf))
              : Map.of("url", shelf.imageUrl(image)));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("created", Objects.requireNonNull(job.terminalEvent()).time().getEpochSecond());
    body.put("data", data);
    return JsonResponses.ok(body);
  }

  // Nobody will ask for it any more.
  private Response cancelAfterTimeout(String id) {
    gateway.requireReady().requestProducer().cancel(id, "nobody waits any more");
    throw new ProblemException(
        Problem.backlogFull(
            "Backlog full: no image within %d s (sanaq.gateway.max-wait); the job was cancelled"
                .formatted(config.maxWait().toSeconds()),
            gateway.backlog().secondsToWait()));
  }

  private static String encodeBase64(StoredImage image, JobArchive shelf) {
    try (InputStream bytes =
        shelf
            .openImage(image, ByteRange.all(image.bytes()))
            .orElseThrow(() -> new IOException("an image is gone: " + image.key()))) {
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
