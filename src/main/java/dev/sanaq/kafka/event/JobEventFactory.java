package dev.sanaq.kafka.event;

import dev.sanaq.job.FieldError;
import dev.sanaq.job.Job;
import dev.sanaq.job.JobError;
import dev.sanaq.job.JobOutcome;
import dev.sanaq.job.JobOutcome.Cancelled;
import dev.sanaq.job.JobOutcome.Completed;
import dev.sanaq.job.JobOutcome.Failed;
import dev.sanaq.job.StoredImage;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Creates job events as the contract defines them. Any number of threads. */
public final class JobEventFactory {
  /** The prefix of all event types. */
  public static final String TYPE_PREFIX = "dev.sanaq.job.";

  /** The event type of a job that ended with its images stored. */
  public static final String COMPLETED = type("completed");

  /** The event type of a job that ended with an error. */
  public static final String FAILED = type("failed");

  /** The event type of a job that was cancelled. */
  public static final String CANCELLED = type("cancelled");

  /** The event type of a job that starts to run. */
  public static final String STARTED = type("started");

  /** The event type of a finished denoising step. */
  public static final String PROGRESS = type("progress");

  private final String source;
  private final Function<StoredImage, StoredImage.Url> imageUrls;
  private final Clock clock;

  /**
   * @param source the events' source
   * @param imageUrls creates the URL of an image
   */
  public JobEventFactory(
      String source, Function<StoredImage, StoredImage.Url> imageUrls, Clock clock) {
    this.source = source;
    this.imageUrls = imageUrls;
    this.clock = clock;
  }

  /** Whether an event of that type is the last of its job. */
  public static boolean isTerminal(String type) {
    return type.equals(COMPLETED) || type.equals(FAILED) || type.equals(CANCELLED);
  }

  /**
   * The job starts to run.
   *
   * @param recordHash of the request's record: another request with the id has another event id
   */
  public CloudEvent started(Job job, String worker, String recordHash) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", job.id());
    data.put("worker", worker);
    data.put("model", job.model());
    data.put("request", job.asRequest());
    String name = "started-" + recordHash;
    return event(job.id(), "started", name, clock.instant(), data, job.callbackUrl());
  }

  /** A denoising step is finished; its number is part of the event id, so that ids are unique. */
  public CloudEvent progress(Job job, int step, int steps) {
    return progress(job, step, steps, List.of());
  }

  /** The same with previews of the job's images. */
  public CloudEvent progress(Job job, int step, int steps, List<ImagePreview> previews) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", job.id());
    data.put("step", step);
    data.put("steps", steps);
    if (!previews.isEmpty()) {
      data.put("previews", previews.stream().map(JobEventFactory::previewData).toList());
    }
    return event(job.id(), "progress", "progress/" + step, clock.instant(), data, "");
  }

  private static Map<String, Object> previewData(ImagePreview preview) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("index", preview.index());
    data.put("url", preview.url());
    return data;
  }

  /**
   * The terminal event of a job.
   *
   * @param recordHash of the request's record. An id completes once, so all its completed events
   *     are the same; it may fail or be cancelled several times, each time with a request of its
   *     own
   */
  public CloudEvent terminal(JobOutcome outcome, String recordHash) {
    if (outcome instanceof Completed completed) {
      return completed(completed);
    }
    boolean isCancelled = outcome instanceof Cancelled;
    String kind = isCancelled ? "cancelled" : "failed";
    Map<String, Object> data = isCancelled ? data((Cancelled) outcome) : data((Failed) outcome);
    String name = kind + "-" + recordHash;
    return event(outcome.id(), kind, name, clock.instant(), data, outcome.callbackUrl());
  }

  /** The terminal event of a completed job. */
  public CloudEvent completed(Completed completed) {
    return event(
        completed.id(),
        "completed",
        "completed",
        completed.completedAt(),
        data(completed),
        completed.callbackUrl());
  }

  private Map<String, Object> data(Completed completed) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", completed.id());
    data.put("images", completed.images().stream().map(this::imageData).toList());
    data.put("request", completed.request());
    data.put("timings", completed.timings());
    data.put("deviceSeconds", completed.deviceSeconds());
    data.put("worker", completed.worker());
    data.put("model", completed.model());
    data.put("metadata", completed.metadata());
    return data;
  }

  private Map<String, Object> imageData(StoredImage image) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("bucket", image.bucket());
    data.put("key", image.key());
    StoredImage.Url url = imageUrls.apply(image);
    data.put("url", url.url());
    url.expires().ifPresent(end -> data.put("urlExpires", end.toString()));
    data.put("seed", image.seed());
    data.put("width", image.width());
    data.put("height", image.height());
    data.put("format", image.format());
    data.put("bytes", image.bytes());
    data.put("sha256", image.sha256());
    if (image.score() != null) {
      data.put("score", image.score());
    }
    return data;
  }

  private static Map<String, Object> data(Failed failed) {
    JobError error = failed.error();
    Map<String, Object> errorData = new LinkedHashMap<>();
    errorData.put("code", error.code().label());
    errorData.put("message", error.message());
    errorData.put("retryable", error.code().isRetryable());
    List<FieldError> fields = error.fields();
    errorData.put("fields", fields);
    if (error.policy() != null) {
      errorData.put("policy", error.policy());
    }
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", failed.id());
    data.put("error", errorData);
    data.put("attempts", failed.attempts());
    data.put("metadata", failed.metadata());
    return data;
  }

  private static Map<String, Object> data(Cancelled cancelled) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", cancelled.id());
    data.put("reason", cancelled.reason());
    data.put("attempts", cancelled.attempts());
    data.put("metadata", cancelled.metadata());
    return data;
  }

  private CloudEvent event(
      String job,
      String kind,
      String name,
      Instant time,
      Map<String, Object> data,
      String callbackUrl) {
    return new CloudEvent(job + "/" + name, source, type(kind), job, time, data, callbackUrl);
  }

  private static String type(String kind) {
    return TYPE_PREFIX + kind + ".v1";
  }
}
