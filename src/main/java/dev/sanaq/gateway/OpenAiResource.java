package dev.sanaq.gateway;

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
  @Inject GatewayService gateway;
  @Inject GatewayConfig config;
  @Inject Submissions submissions;
  @Inject Jobs jobs;
  @Inject Visit visit;

  @GET
  @Path("models")
  public Response models() {
    List<Map<String, Object>> models = new ArrayList<>();
    gateway
        .running()
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
    return Answers.ok(Map.of("object", "list", "data", models));
  }

  @POST
  @Path("images/generations")
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> generate(byte[] body) {
    OpenAiRequest request = OpenAiRequest.of(JobsResource.object(body));
    String id = submit(request);
    return jobs.when(id, ViewedJob::ended, config.longestWait())
        .map(
            found ->
                found
                    .filter(ViewedJob::ended)
                    .map(job -> pictures(job, request.inline()))
                    .orElseGet(() -> givenUp(id)));
  }

  private String submit(OpenAiRequest request) {
    try {
      return submissions.submit(visit.caller(), request.fields(), "").id();
    } catch (ProblemException e) {
      throw theirs(e.problem());
    }
  }

  private Response pictures(ViewedJob job, boolean inline) {
    if (!job.completed()) {
      throw new ProblemException(Ends.problem(job));
    }
    Shelf shelf = gateway.running().shelf();
    List<Map<String, Object>> data = new ArrayList<>();
    for (StoredImage image : JobAnswer.images(job)) {
      data.add(
          inline ? Map.of("b64_json", encoded(image, shelf)) : Map.of("url", shelf.address(image)));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("created", Objects.requireNonNull(job.end()).time().getEpochSecond());
    body.put("data", data);
    return Answers.ok(body);
  }

  // Nobody will ask for it any more.
  private Response givenUp(String id) {
    gateway.running().requests().cancel(id, "nobody waits any more");
    throw new ProblemException(
        Problem.tooMany(
            "no picture within %s, too much work waits".formatted(config.longestWait()),
            gateway.backlog().secondsToWait()));
  }

  private static String encoded(StoredImage image, Shelf shelf) {
    try (InputStream bytes =
        shelf
            .open(image, ByteRange.all(image.bytes()))
            .orElseThrow(() -> new IOException("a picture is gone: " + image.key()))) {
      return Base64.getEncoder().encodeToString(bytes.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ProblemException theirs(Problem problem) {
    return new ProblemException(
        new Problem(
            problem.status(),
            problem.code(),
            problem.title(),
            problem.detail(),
            problem.errors().stream().map(OpenAiRequest::theirs).toList(),
            problem.headers()));
  }
}
