package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.auth.RequestContext;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.ByteRange;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.job.StoredImage;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;

/** Returns images from S3. Images never change, so clients may cache them forever. */
// All classes of jobs have this path: with a longer one a wrong method would be answered with 404.
@Path("/v1/jobs")
@Blocking
public class ImagesResource {
  private static final String RANGE = "Range";
  private static final String CONTENT_RANGE = "Content-Range";
  private static final String IMMUTABLE_CACHE_CONTROL = "private, max-age=31536000, immutable";

  private final JobService jobs;
  private final JobArchive archive;
  private final RequestContext requestContext;

  ImagesResource(JobService jobs, JobArchive archive, RequestContext requestContext) {
    this.jobs = jobs;
    this.archive = archive;
    this.requestContext = requestContext;
  }

  @GET
  @Path("{id}/images/{index}")
  @Produces({"image/png", "image/jpeg", "image/webp"})
  public Response image(
      @PathParam("id") String id,
      @PathParam("index") String index,
      @HeaderParam(RANGE) @DefaultValue("") String range,
      @HeaderParam("If-Range") @DefaultValue("") String ifRange,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @DefaultValue("") String ifNoneMatch) {
    StoredImage image = findImage(id, index);
    String tag = '"' + image.sha256() + '"';
    if (ifNoneMatch.contains(tag) || ifNoneMatch.strip().equals("*")) {
      return withCacheHeaders(Response.status(304), tag).build();
    }
    boolean wholeImage =
        !ByteRange.isSingleRange(range) || !(ifRange.isEmpty() || ifRange.equals(tag));
    if (wholeImage) {
      return imageResponse(image, Response.ok(), tag, ByteRange.all(image.bytes()));
    }
    ByteRange requested =
        ByteRange.of(range, image.bytes())
            .orElseThrow(() -> new ProblemException(rangeNotSatisfiable(image.bytes())));
    String contentRange =
        "bytes %s-%s/%s".formatted(requested.first(), requested.last(), image.bytes());
    return imageResponse(
        image, Response.status(206).header(CONTENT_RANGE, contentRange), tag, requested);
  }

  private StoredImage findImage(String id, String index) {
    List<StoredImage> images = jobs.find(requestContext.caller(), id).images();
    if (!index.matches("\\d{1,4}") || Integer.parseInt(index) >= images.size()) {
      throw noSuchImage();
    }
    return images.get(Integer.parseInt(index));
  }

  private Response imageResponse(
      StoredImage image, Response.ResponseBuilder answer, String tag, ByteRange range) {
    return withCacheHeaders(answer, tag)
        .type("image/" + image.format())
        .header(HttpHeaders.CONTENT_LENGTH, range.length())
        .entity(archive.openImage(image, range).orElseThrow(ImagesResource::noSuchImage))
        .build();
  }

  private static Response.ResponseBuilder withCacheHeaders(
      Response.ResponseBuilder answer, String tag) {
    return answer
        .header(HttpHeaders.ETAG, tag)
        .header(HttpHeaders.CACHE_CONTROL, IMMUTABLE_CACHE_CONTROL)
        .header("Accept-Ranges", "bytes");
  }

  private static ProblemException noSuchImage() {
    return new ProblemException(Problem.notFound("The job has no image with this index"));
  }

  private static Problem rangeNotSatisfiable(long length) {
    return new Problem(
        416,
        "range_not_satisfiable",
        "Range not satisfiable",
        "The image has %s bytes".formatted(length),
        List.of(),
        Map.of(CONTENT_RANGE, "bytes */" + length));
  }
}
