package dev.sanaq.gateway.rest;

import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.view.JobArchive;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the JSON of a job for answers. Any number of threads. */
@ApplicationScoped
class JobResponseFactory {
  private static final int PERCENT = 100;
  private static final List<String> TERMINAL_EVENT_FIELDS =
      List.of(
          "error", "reason", "attempts", "timings", "deviceSeconds", "worker", "model", "request");

  private final Backlog backlog;
  private final JobArchive archive;

  JobResponseFactory(Backlog backlog, JobArchive archive) {
    this.backlog = backlog;
    this.archive = archive;
  }

  /** The body of a job's answer; signs the URLs of images. */
  Map<String, Object> body(JobSnapshot job) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("id", job.id());
    body.put("state", job.state().label());
    body.put("submittedAt", job.submittedAt().toString());
    switch (job.state()) {
      case QUEUED -> addQueued(body, job);
      case RUNNING -> addRunning(body, job);
      default -> addEnded(body, job);
    }
    body.computeIfAbsent("request", name -> requestBody(job));
    return body;
  }

  private void addQueued(Map<String, Object> body, JobSnapshot job) {
    Backlog.QueueEstimate estimate = backlog.queueEstimate(job);
    body.put("queuePosition", estimate.position());
    body.put("expectedWaitSeconds", estimate.waitSeconds());
    body.put("workers", backlog.stateOf(job).workers());
  }

  private static void addRunning(Map<String, Object> body, JobSnapshot job) {
    JobProgress progress = JobProgress.of(job);
    if (job.started() != null) {
      body.put("startedAt", job.started().time().toString());
    }
    body.put("step", progress.step());
    body.put("steps", progress.steps());
    body.put("progressPercent", Math.round(progress.fraction() * PERCENT));
    body.put("worker", progress.worker());
  }

  private void addEnded(Map<String, Object> body, JobSnapshot job) {
    JobEvent event = Objects.requireNonNull(job.terminalEvent());
    Map<String, Object> data = event.data();
    body.put("endedAt", event.time().toString());
    if (job.isCompleted()) {
      List<Map<String, Object>> images = new ArrayList<>();
      for (StoredImage image : job.images()) {
        images.add(imageBody(job.id(), images.size(), image));
      }
      body.put("images", images);
    }
    for (String name : TERMINAL_EVENT_FIELDS) {
      if (data.get(name) != null) {
        body.put(name, data.get(name));
      }
    }
  }

  private Map<String, Object> imageBody(String id, int index, StoredImage image) {
    Map<String, Object> body = new LinkedHashMap<>();
    StoredImage.Url url = archive.imageUrl(id, index, image);
    body.put("url", url.url());
    url.expires().ifPresent(end -> body.put("urlExpires", end.toString()));
    body.put("href", JobArchive.imagePath(id, index));
    body.put("seed", image.seed());
    body.put("width", image.width());
    body.put("height", image.height());
    body.put("format", image.format());
    body.put("bytes", image.bytes());
    body.put("sha256", image.sha256());
    if (image.score() != null) {
      body.put("score", image.score());
    }
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
