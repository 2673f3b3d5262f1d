package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.lifecycle.GatewayComponents;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A job in the API's words. */
public final class JobResponse {
  private static final int PERCENT = 100;

  private JobResponse() {}

  /** The answer's body; signs addresses where there are images. */
  static Map<String, Object> of(JobSnapshot job, GatewayComponents parts) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", job.id());
    body.put("state", job.state().label());
    body.put("submittedAt", job.submittedAt().toString());
    switch (job.state()) {
      case QUEUED -> addQueued(body, parts.backlog().queueEstimate(job.id()));
      case RUNNING -> addRunning(body, job);
      default -> addEnded(body, job, parts.archive());
    }
    body.computeIfAbsent("request", any -> requestBody(job));
    return body;
  }

  /** The images of a completed job; none of another. */
  public static List<StoredImage> images(JobSnapshot job) {
    List<StoredImage> images = new ArrayList<>();
    if (job.terminalEvent() != null) {
      for (Object image : JsonMaps.list(job.terminalEvent().data(), "images")) {
        images.add(Json.read(Json.write(image), StoredImage.class));
      }
    }
    return images;
  }

  private static void addQueued(Map<String, Object> body, Backlog.QueueEstimate outlook) {
    body.put("queuePosition", outlook.position());
    body.put("expectedWaitSeconds", outlook.waitSeconds());
  }

  private static void addRunning(Map<String, Object> body, JobSnapshot job) {
    JobProgress course = JobProgress.of(job);
    if (job.started() != null) {
      body.put("startedAt", job.started().time().toString());
    }
    body.put("step", course.step());
    body.put("steps", course.steps());
    body.put("progressPercent", Math.round(course.fraction() * PERCENT));
    body.put("worker", course.worker());
  }

  private static void addEnded(Map<String, Object> body, JobSnapshot job, JobArchive shelf) {
    JobEvent end = Objects.requireNonNull(job.terminalEvent());
    Map<String, Object> data = end.data();
    body.put("endedAt", end.time().toString());
    if (job.isCompleted()) {
      List<StoredImage> images = images(job);
      List<Map<String, Object>> shown = new ArrayList<>();
      for (StoredImage image : images) {
        shown.add(imageBody(job.id(), shown.size(), image, shelf));
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

  private static Map<String, Object> imageBody(
      String id, int index, StoredImage image, JobArchive shelf) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("url", shelf.imageUrl(image));
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

  private static Map<String, Object> requestBody(JobSnapshot job) {
    return job.submittedRequest() == null
        ? Map.of()
        : Json.readObject(job.submittedRequest().json().getBytes(StandardCharsets.UTF_8));
  }
}
