package dev.sanaq.gateway.openai;

import dev.sanaq.gateway.problem.OpenAiError;
import dev.sanaq.gateway.problem.Problem;
import dev.sanaq.gateway.problem.ProblemException;
import dev.sanaq.gateway.view.ByteRange;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.Json;
import dev.sanaq.storage.StorageException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Writes the images of a completed job in OpenAI's format. Any number of threads; blocks while it
 * reads images from S3.
 */
@ApplicationScoped
class ImageAnswers {
  private static final Logger LOG = Logger.getLogger(ImageAnswers.class);
  private static final String B64_JSON = "b64_json";

  private final JobArchive archive;
  private final PartialImages partialImages;
  private final Clock clock;

  ImageAnswers(JobArchive archive, PartialImages partialImages, Clock clock) {
    this.archive = archive;
    this.partialImages = partialImages;
    this.clock = clock;
  }

  /**
   * The JSON body of the answer.
   *
   * @param inline whether it contains the images instead of their URLs
   * @throws ProblemException if the job has no images
   */
  Map<String, Object> body(JobSnapshot job, boolean inline) {
    JobEvent event = requireCompleted(job);
    List<Map<String, Object>> data = new ArrayList<>();
    for (StoredImage image : job.images()) {
      data.add(
          inline
              ? Map.of(B64_JSON, encodeBase64(image))
              : Map.of("url", archive.imageUrl(job.id(), data.size(), image).url()));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("created", event.time().getEpochSecond());
    body.put("data", data);
    job.images().stream().findFirst().ifPresent(image -> addDescription(body, image));
    body.put("usage", usage(event));
    return body;
  }

  /**
   * Sends events with the job's image so far, from now on.
   *
   * @param job the job's id
   * @param max the most events
   * @param type of the events
   * @param sink gets each event as a server-sent event
   * @return ends it
   */
  Runnable sendPartialImages(String job, int max, String type, Consumer<byte[]> sink) {
    return partialImages.watch(
        job,
        max,
        (index, image) -> {
          Map<String, Object> data = new LinkedHashMap<>();
          data.put("type", type);
          data.put(B64_JSON, Base64.getEncoder().encodeToString(image.file()));
          data.put("created_at", clock.instant().getEpochSecond());
          data.put("size", image.width() + "x" + image.height());
          data.put("quality", "auto");
          data.put("background", "opaque");
          data.put("output_format", PartialImages.PartialImage.FORMAT.label());
          data.put("partial_image_index", index);
          sink.accept(serverSentEvent(type, data));
        });
  }

  /**
   * Sends an event for each image.
   *
   * @param type of the events
   * @param sink gets each event as a server-sent event
   * @throws ProblemException if the job has no images
   */
  void sendCompleted(JobSnapshot job, String type, Consumer<byte[]> sink) {
    JobEvent event = requireCompleted(job);
    for (StoredImage image : job.images()) {
      Map<String, Object> data = new LinkedHashMap<>();
      data.put("type", type);
      data.put(B64_JSON, encodeBase64(image));
      data.put("created_at", event.time().getEpochSecond());
      addDescription(data, image);
      data.put("usage", usage(event));
      sink.accept(serverSentEvent(type, data));
    }
  }

  /** The failure as a server-sent event. */
  byte[] error(Throwable failure) {
    return serverSentEvent("error", OpenAiError.body(problem(failure)));
  }

  private static Problem problem(Throwable failure) {
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    LOG.error("an image stream failed", failure);
    return failure instanceof StorageException
        ? Problem.unavailable("S3 is unavailable")
        : Problem.of(500, "internal", "Internal server error", "See the gateway log");
  }

  private static JobEvent requireCompleted(JobSnapshot job) {
    if (!job.isCompleted()) {
      throw new ProblemException(FailureProblems.of(job));
    }
    return Objects.requireNonNull(job.terminalEvent());
  }

  private static byte[] serverSentEvent(String name, Map<String, Object> data) {
    String json = new String(Json.write(data), StandardCharsets.UTF_8);
    return "event: %s\ndata: %s\n\n".formatted(name, json).getBytes(StandardCharsets.UTF_8);
  }

  private static void addDescription(Map<String, Object> body, StoredImage image) {
    body.put("size", image.width() + "x" + image.height());
    body.put("quality", "auto");
    body.put("background", "opaque");
    body.put("output_format", image.format());
  }

  /** OpenAI's clients expect tokens. None are counted here; the device time is the job's cost. */
  private static Map<String, Object> usage(JobEvent event) {
    Map<String, Object> usage = new LinkedHashMap<>();
    usage.put("input_tokens", 0);
    usage.put("input_tokens_details", Map.of("text_tokens", 0, "image_tokens", 0));
    usage.put("output_tokens", 0);
    usage.put("total_tokens", 0);
    if (event.data().get("deviceSeconds") instanceof Number seconds) {
      usage.put("device_seconds", seconds);
    }
    return usage;
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
}
