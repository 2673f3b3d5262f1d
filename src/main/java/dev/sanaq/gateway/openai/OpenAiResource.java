package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.ImagePaths;
import dev.sanaq.gateway.rest.JobSubmitter;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** OpenAI's image API, so that its clients work with this gateway. */
@Path("/v1/images")
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class OpenAiResource {
  private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
  private static final String GENERATION_EVENTS = "image_generation";
  private static final String EDIT_EVENTS = "image_edit";

  private final JobSubmitter submitter;
  private final ImageJobs jobs;
  private final ImageForms forms;
  private final ModelNames models;
  private final RequestContext requestContext;
  private final boolean inlineByDefault;

  OpenAiResource(
      JobSubmitter submitter,
      ImageJobs jobs,
      ImageForms forms,
      ModelNames models,
      RequestContext requestContext,
      GatewayConfig config) {
    this.submitter = submitter;
    this.jobs = jobs;
    this.forms = forms;
    this.models = models;
    this.requestContext = requestContext;
    this.inlineByDefault = config.openai().inlineByDefault();
  }

  @POST
  @Path("generations")
  @Consumes(MediaType.APPLICATION_JSON)
  public Uni<Response> generate(
      InputStream body, @HeaderParam(IDEMPOTENCY_KEY) @DefaultValue("") String key) {
    OpenAiRequest request = OpenAiRequest.of(submitter.readBody(body), inlineByDefault);
    models.apply(request.fields());
    return jobs.run(requestContext.caller(), request, GENERATION_EVENTS, key);
  }

  @POST
  @Path("edits")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public Uni<Response> edit(
      InputStream body,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) String type,
      @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length,
      @HeaderParam(IDEMPOTENCY_KEY) @DefaultValue("") String key) {
    return runForm(ImagePaths.EDITS, body, type, length, key);
  }

  @POST
  @Path("variations")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public Uni<Response> vary(
      InputStream body,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) String type,
      @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length,
      @HeaderParam(IDEMPOTENCY_KEY) @DefaultValue("") String key) {
    return runForm(ImagePaths.VARIATIONS, body, type, length, key);
  }

  private Uni<Response> runForm(
      String path, InputStream body, String type, @Nullable Long length, String key) {
    OpenAiRequest request = forms.read(requestContext.caller(), path, body, type, length);
    return jobs.run(requestContext.caller(), request, EDIT_EVENTS, key);
  }
}
