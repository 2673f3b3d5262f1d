package dev.sanaq.job;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The outcome of a job. */
public sealed interface JobOutcome {
  /** The job's id. */
  String id();

  /** The webhook URL; empty for none. */
  String callbackUrl();

  /** The metrics label: {@code completed}, {@code cancelled}, or the error code of a failure. */
  default String label() {
    if (this instanceof Failed failed) {
      return failed.error().code().label();
    }
    return this instanceof Cancelled ? "cancelled" : "completed";
  }

  /** Every label that an outcome may have. */
  static List<String> labels() {
    return Stream.concat(
            Stream.of("completed", "cancelled"),
            Arrays.stream(ErrorCode.values()).map(ErrorCode::label))
        .toList();
  }

  /**
   * The images are stored. Written as JSON to the commit marker.
   *
   * @param id the job's id
   * @param fingerprint the fingerprint of the request
   * @param completedAt when the last image was stored
   * @param images the images, in the order of their seeds, or the one with the best score first
   * @param request the request with every default resolved
   * @param timings seconds by stage, of the whole batch
   * @param deviceSeconds the job's share of the device time; 0 if unknown
   * @param worker the worker's name
   * @param model the model's name
   * @param metadata the client's metadata
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
   * The job failed.
   *
   * @param id the job's id
   * @param error the error
   * @param attempts the attempts to run it; 0 if it never started
   * @param metadata the client's metadata; empty if it could not be read
   * @param callbackUrl the webhook URL; empty for none, or if it could not be read
   */
  record Failed(
      String id, JobError error, int attempts, Map<String, Object> metadata, String callbackUrl)
      implements JobOutcome {}

  /**
   * The job was cancelled.
   *
   * @param id the job's id
   * @param reason the reason of the cancellation; may be empty
   * @param attempts the attempts to run it; 0 if it never started
   * @param metadata the client's metadata
   * @param callbackUrl the webhook URL; empty for none
   */
  record Cancelled(
      String id, String reason, int attempts, Map<String, Object> metadata, String callbackUrl)
      implements JobOutcome {}
}
