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

/** Puts into the contract's words what happens to jobs. Any number of threads. */
public final class JobEventFactory {
  /** What an event's type begins with. */
  public static final String TYPE_PREFIX = "dev.sanaq.job.";

  /** The type of a job that ended with its images stored. */
  public static final String COMPLETED = type("completed");

  /** The type of a job that ended without. */
  public static final String FAILED = type("failed");

  /** The type of a job that was taken back. */
  public static final String CANCELLED = type("cancelled");

  /** The type of a job whose drawing begins. */
  public static final String STARTED = type("started");

  /** The type of a job whose drawing goes on. */
  public static final String PROGRESS = type("progress");

  private final String source;
  private final Function<StoredImage, String> imageUrls;
  private final Clock clock;

  /**
   * @param source the events' source
   * @param addresses gives an image its address
   * @param clock tells when
   */
  public JobEventFactory(String source, Function<StoredImage, String> addresses, Clock clock) {
    this.source = source;
    this.imageUrls = addresses;
    this.clock = clock;
  }

  /** Whether an event of that type is a job's last. */
  public static boolean isTerminal(String type) {
    return type.equals(COMPLETED) || type.equals(FAILED) || type.equals(CANCELLED);
  }

  /** The drawing begins. */
  public CloudEvent started(Job job, String worker) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", job.id());
    data.put("worker", worker);
    data.put("model", job.model());
    data.put("request", job.asRequest());
    return event(job.id(), "started", "started", clock.instant(), data, job.callbackUrl());
  }

  /** A step is done; its number is in the event's id, so that a reader keeps every one. */
  public CloudEvent progress(Job job, int step, int steps) {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", job.id());
    data.put("step", step);
    data.put("steps", steps);
    return event(job.id(), "progress", "progress/" + step, clock.instant(), data, "");
  }

  /** The job's end. */
  public CloudEvent terminal(JobOutcome outcome) {
    if (outcome instanceof Completed completed) {
      return event(
          completed.id(),
          "completed",
          "completed",
          completed.completedAt(),
          data(completed),
          completed.callbackUrl());
    }
    if (outcome instanceof Cancelled cancelled) {
      return event(
          cancelled.id(),
          "cancelled",
          "cancelled",
          clock.instant(),
          data(cancelled),
          cancelled.callbackUrl());
    }
    Failed failed = (Failed) outcome;
    return event(
        failed.id(), "failed", "failed", clock.instant(), data(failed), failed.callbackUrl());
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
    data.put("url", imageUrls.apply(image));
    data.put("seed", image.seed());
    data.put("width", image.width());
    data.put("height", image.height());
    data.put("format", image.format());
    data.put("bytes", image.bytes());
    data.put("sha256", image.sha256());
    return data;
  }

  private static Map<String, Object> data(Failed failed) {
    JobError error = failed.error();
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("code", error.code().label());
    told.put("message", error.message());
    told.put("retryable", error.code().isRetryable());
    List<FieldError> fields = error.fields();
    told.put("fields", fields);
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("id", failed.id());
    data.put("error", told);
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
