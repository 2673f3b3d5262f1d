package dev.sanaq.gateway;

import dev.sanaq.job.StoredImage;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A job in the API's words. */
final class JobAnswer {
  private static final int PERCENT = 100;

  private JobAnswer() {}

  /** The answer's body; signs addresses where there are pictures. */
  static Map<String, Object> of(ViewedJob job, Gateway parts) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", job.id());
    body.put("state", job.state().label());
    body.put("submittedAt", job.since().toString());
    switch (job.state()) {
      case QUEUED -> queued(body, parts.backlog().outlook(job.id()));
      case RUNNING -> running(body, job);
      default -> ended(body, job, parts.shelf());
    }
    body.computeIfAbsent("request", any -> request(job));
    return body;
  }

  /** The pictures of a completed job; none of another. */
  static List<StoredImage> images(ViewedJob job) {
    List<StoredImage> images = new ArrayList<>();
    if (job.end() != null) {
      for (Object image : Maps.list(job.end().data(), "images")) {
        images.add(Json.read(Json.write(image), StoredImage.class));
      }
    }
    return images;
  }

  private static void queued(Map<String, Object> body, Backlog.Outlook outlook) {
    body.put("place", outlook.place());
    body.put("expectedWaitSeconds", outlook.seconds());
  }

  private static void running(Map<String, Object> body, ViewedJob job) {
    Course course = Course.of(job);
    if (job.started() != null) {
      body.put("startedAt", job.started().time().toString());
    }
    body.put("step", course.step());
    body.put("steps", course.steps());
    body.put("percentage", Math.round(course.fraction() * PERCENT));
    body.put("worker", course.worker());
  }

  private static void ended(Map<String, Object> body, ViewedJob job, Shelf shelf) {
    Told end = Objects.requireNonNull(job.end());
    Map<String, Object> data = end.data();
    body.put("endedAt", end.time().toString());
    if (job.completed()) {
      List<StoredImage> images = images(job);
      List<Map<String, Object>> shown = new ArrayList<>();
      for (StoredImage image : images) {
        shown.add(image(job.id(), shown.size(), image, shelf));
      }
      body.put("images", shown);
    }
    for (String name :
        List.of(
            "error",
            "reason",
            "attempts",
            "timings",
            "deviceSeconds",
            "worker",
            "model",
            "request")) {
      if (data.get(name) != null) {
        body.put(name, data.get(name));
      }
    }
  }

  private static Map<String, Object> image(String id, int index, StoredImage image, Shelf shelf) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("url", shelf.address(image));
    body.put("href", "/v1/jobs/%s/images/%d".formatted(id, index));
    body.put("seed", image.seed());
    body.put("width", image.width());
    body.put("height", image.height());
    body.put("format", image.format());
    body.put("bytes", image.bytes());
    body.put("sha256", image.sha256());
    body.put("bucket", image.bucket());
    body.put("key", image.key());
    return body;
  }

  private static Map<String, Object> request(ViewedJob job) {
    return job.asked() == null
        ? Map.of()
        : Json.object(job.asked().request().getBytes(StandardCharsets.UTF_8));
  }
}
