package dev.sanaq.gateway;

import dev.sanaq.job.StoredImage;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Inject;
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

/** Pictures, through the gateway. They never change, so that caches may keep them. */
@Path("/v1/jobs/{id}/images/{index}")
@Blocking
public class ImagesResource {
  private static final String RANGE = "Range";
  private static final String CONTENT_RANGE = "Content-Range";
  private static final String KEEP = "private, max-age=31536000, immutable";

  @Inject GatewayService gateway;
  @Inject Jobs jobs;
  @Inject Visit visit;

  @GET
  @Produces({"image/png", "image/jpeg", "image/webp"})
  public Response image(
      @PathParam("id") String id,
      @PathParam("index") String index,
      @HeaderParam(RANGE) @DefaultValue("") String range,
      @HeaderParam("If-Range") @DefaultValue("") String ifRange,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @DefaultValue("") String known) {
    StoredImage image = find(id, index);
    String tag = '"' + image.sha256() + '"';
    if (known.contains(tag) || known.strip().equals("*")) {
      return described(Response.status(304), tag).build();
    }
    boolean whole = !ByteRange.understood(range) || !(ifRange.isEmpty() || ifRange.equals(tag));
    if (whole) {
      return part(image, Response.ok(), tag, ByteRange.all(image.bytes()));
    }
    ByteRange wanted =
        ByteRange.of(range, image.bytes())
            .orElseThrow(() -> new ProblemException(beyond(image.bytes())));
    String place = "bytes %d-%d/%d".formatted(wanted.first(), wanted.last(), image.bytes());
    return part(image, Response.status(206).header(CONTENT_RANGE, place), tag, wanted);
  }

  private StoredImage find(String id, String index) {
    List<StoredImage> images = JobAnswer.images(jobs.find(visit.caller(), id));
    if (!index.matches("\\d{1,4}") || Integer.parseInt(index) >= images.size()) {
      throw noPicture();
    }
    return images.get(Integer.parseInt(index));
  }

  private Response part(
      StoredImage image, Response.ResponseBuilder answer, String tag, ByteRange range) {
    return described(answer, tag)
        .type("image/" + image.format())
        .header(HttpHeaders.CONTENT_LENGTH, range.length())
        .entity(gateway.running().shelf().open(image, range).orElseThrow(ImagesResource::noPicture))
        .build();
  }

  private static Response.ResponseBuilder described(Response.ResponseBuilder answer, String tag) {
    return answer
        .header(HttpHeaders.ETAG, tag)
        .header(HttpHeaders.CACHE_CONTROL, KEEP)
        .header("Accept-Ranges", "bytes");
  }

  private static ProblemException noPicture() {
    return new ProblemException(
        Problem.of(404, "not_found", "No such picture", "the job has no picture of that number"));
  }

  private static Problem beyond(long length) {
    return new Problem(
        416,
        "range",
        "No such part",
        "the picture has %d bytes".formatted(length),
        List.of(),
        Map.of(CONTENT_RANGE, "bytes */" + length));
  }
}
