package dev.sanaq.job;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** How a job ended. */
public sealed interface JobOutcome {
  /** The job's id. */
  String id();

  /** Where to tell of it; empty for nowhere. */
  String callbackUrl();

  /** The outcome in one word: {@code completed}, {@code cancelled}, or a failure's code. */
  default String label() {
    if (this instanceof Failed failed) {
      return failed.error().code().label();
    }
    return this instanceof Cancelled ? "cancelled" : "completed";
  }

  /**
   * Its images lie on the storage.
   *
   * @param id the job
   * @param fingerprint of the request that asked for it
   * @param completedAt when the last image was stored
   * @param images the images, in the order of their seeds
   * @param request the request as it was run, every default resolved
   * @param timings seconds by stage, of all that were drawn together
   * @param deviceSeconds the job's own share of the device's time; 0 where it is not known
   * @param worker who drew them
   * @param model with which model
   * @param metadata the sender's own
   */
  record Completed(
      String id,
      String fingerprint,
      Instant completedAt,
      List<StoredImage> images,
      Map<String, Object> request,
      Map<String, Double> timings,
      double deviceSeconds,
      String worker,
      String model,
      Map<String, Object> metadata)
      implements JobOutcome {
    @Override
    public String callbackUrl() {
      return request.get("callbackUrl") instanceof String url ? url : "";
    }
  }

  /**
   * There are no images.
   *
   * @param id the job
   * @param error why
   * @param attempts how often it was tried, 0 where it never began
   * @param metadata the sender's own, where it could be read
   * @param callbackUrl where to tell of it; empty for nowhere, or where it could not be read
   */
  record Failed(
      String id, JobError error, int attempts, Map<String, Object> metadata, String callbackUrl)
      implements JobOutcome {}

  /**
   * Somebody took it back.
   *
   * @param id the job
   * @param reason what the cancellation said, empty for nothing
   * @param attempts how often it was tried, 0 where it never began
   * @param metadata the sender's own
   * @param callbackUrl where to tell of it; empty for nowhere
   */
  record Cancelled(
      String id, String reason, int attempts, Map<String, Object> metadata, String callbackUrl)
      implements JobOutcome {}
}
