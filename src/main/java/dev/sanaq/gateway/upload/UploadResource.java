package dev.sanaq.gateway.upload;

import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.BodyLimits;
import dev.sanaq.gateway.problem.ImagePaths;
import dev.sanaq.gateway.problem.JsonResponses;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Stores an image for requests to name, for clients that cannot write to S3. */
@Path(ImagePaths.UPLOADS)
@Produces(MediaType.APPLICATION_JSON)
@Blocking
public class UploadResource {
  private static final String IMAGE = "image";

  private final UploadStore uploads;
  private final BodyLimits limits;
  private final RequestContext requestContext;

  UploadResource(UploadStore uploads, BodyLimits limits, RequestContext requestContext) {
    this.uploads = uploads;
    this.limits = limits;
    this.requestContext = requestContext;
  }

  @POST
  @Consumes({"image/png", "image/jpeg", "image/webp"})
  public Response upload(
      InputStream body, @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length) {
    return store(length, () -> limits.read(body, ImagePaths.UPLOADS));
  }

  @POST
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public Response uploadForm(
      InputStream body,
      @HeaderParam(HttpHeaders.CONTENT_TYPE) String contentType,
      @HeaderParam(HttpHeaders.CONTENT_LENGTH) @Nullable Long length) {
    return store(length, () -> onlyFile(uploads.readForm(contentType, body, ImagePaths.UPLOADS)));
  }

  private Response store(@Nullable Long length, Supplier<byte[]> file) {
    return uploads.withBody(
        length,
        ImagePaths.UPLOADS,
        () -> {
          CheckedImage image = uploads.check(IMAGE, file.get());
          StoredUpload stored = uploads.store(requestContext.caller(), image);
          return JsonResponses.json(201, stored.body()).build();
        });
  }

  private static byte[] onlyFile(MultipartForm form) {
    List<byte[]> files = Stream.of(IMAGE, "file").flatMap(name -> form.all(name).stream()).toList();
    if (files.size() != 1) {
      throw new ProblemException(
          Problem.invalidForm(
              "The form needs one part named image or file; found %s".formatted(files.size())));
    }
    return files.get(0);
  }
}
