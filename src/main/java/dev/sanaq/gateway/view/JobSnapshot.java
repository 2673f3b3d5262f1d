package dev.sanaq.gateway.view;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.job.ErrorCode;
import dev.sanaq.job.StoredImage;
import dev.sanaq.json.Json;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A job's state at one time. Immutable.
 *
 * @param id the job's full id
 * @param submittedAt the time of its request, or of its first event if the request was not read
 * @param submittedRequest its request, if it was read
 * @param cost its cost, if its request or its started event was read
 * @param started the started event, while it runs
 * @param progress the latest progress event, while it runs
 * @param terminalEvent the terminal event, once it has ended
 */
public record JobSnapshot(
    String id,
    Instant submittedAt,
    @Nullable SubmittedRequest submittedRequest,
    @Nullable JobCost cost,
    @Nullable JobEvent started,
    @Nullable JobEvent progress,
    @Nullable JobEvent terminalEvent) {
  /** Oldest first. */
  static final Comparator<JobSnapshot> BY_AGE =
      Comparator.comparing(JobSnapshot::submittedAt).thenComparing(JobSnapshot::id);

  /**
   * A request from the topic.
   *
   * @param submittedAt the record's timestamp
   * @param json the fields as JSON, without secrets
   * @param fingerprint the request's fingerprint
   * @param alreadyCommitted whether the workers had committed it before this gateway's start
   * @param model the model of the pool that it was sent to; empty if the gateway has one pool
   * @param partition the record's partition; negative if there is no record
   * @param offset the record's offset
   */
  public record SubmittedRequest(
      Instant submittedAt,
      String json,
      String fingerprint,
      boolean alreadyCommitted,
      String model,
      int partition,
      long offset) {
    /** A request of the only pool, without a record. */
    public SubmittedRequest(
        Instant submittedAt, String json, String fingerprint, boolean alreadyCommitted) {
      this(submittedAt, json, fingerprint, alreadyCommitted, "", -1, -1);
    }

    /**
     * Whether the record was deleted: it is before the first one of its partition.
     *
     * @param topicModel the model whose topic has these offsets
     */
    boolean isDeleted(String topicModel, Map<Integer, Long> firstOffsets) {
      return model.equals(topicModel) && offset < firstOffsets.getOrDefault(partition, offset);
    }

    private SubmittedRequest withoutFields() {
      return new SubmittedRequest(
          submittedAt, "{}", fingerprint, alreadyCommitted, model, partition, offset);
    }
  }

  /** A job without request and events. */
  public static JobSnapshot unknown(String id, Instant since) {
    return new JobSnapshot(id, since, null, null, null, null, null);
  }

  /** A completed job from its stored result. */
  static JobSnapshot ofStoredResult(CloudEvent event, String fingerprint) {
    SubmittedRequest request = new SubmittedRequest(event.time(), "{}", fingerprint, true);
    return new JobSnapshot(
        event.subject(), event.time(), request, null, null, null, JobEvent.of(event));
  }

  /** This job with its request, unless it has one: the first request of an id counts. */
  JobSnapshot withRequest(SubmittedRequest request, JobCost requestCost) {
    return submittedRequest != null
        ? this
        : new JobSnapshot(
            id,
            request.submittedAt(),
            request,
            cost == null ? requestCost : cost,
            started,
            progress,
            terminalEvent);
  }

  /** This job without the fields of its request; it still knows the request's fingerprint. */
  JobSnapshot withoutRequestFields() {
    SubmittedRequest known = submittedRequest;
    return known == null
        ? this
        : new JobSnapshot(
            id, submittedAt, known.withoutFields(), cost, started, progress, terminalEvent);
  }

  /** This job with the cost. */
  JobSnapshot withCost(JobCost newCost) {
    return new JobSnapshot(
        id, submittedAt, submittedRequest, newCost, started, progress, terminalEvent);
  }

  /** This job after the event. A completed job stays completed. */
  JobSnapshot withEvent(JobEvent event) {
    if (JobEventFactory.isTerminal(event.type())) {
      return isCompleted()
              || (terminalEvent != null && !event.type().equals(JobEventFactory.COMPLETED))
          ? this
          : new JobSnapshot(id, submittedAt, submittedRequest, cost, null, null, event);
    }
    if (terminalEvent != null) {
      return this;
    }
    return event.type().equals(JobEventFactory.STARTED)
        ? new JobSnapshot(id, submittedAt, submittedRequest, cost, event, null, null)
        : new JobSnapshot(id, submittedAt, submittedRequest, cost, started, event, null);
  }

  /** The state that follows from the events. */
  public JobState state() {
    if (terminalEvent == null) {
      return started == null && progress == null ? JobState.QUEUED : JobState.RUNNING;
    }
    return JobState.valueOf(terminalEvent.kind().toUpperCase(Locale.ROOT));
  }

  /** Whether the job has a terminal event. */
  public boolean isEnded() {
    return terminalEvent != null;
  }

  /** Whether the job has images. */
  public boolean isCompleted() {
    return terminalEvent != null && terminalEvent.type().equals(JobEventFactory.COMPLETED);
  }

  /**
   * Whether the job may have completed before it failed: only these failures can follow a stored
   * result, when another request is sent with its id.
   */
  public boolean mayHaveStoredResult() {
    if (terminalEvent == null || !terminalEvent.type().equals(JobEventFactory.FAILED)) {
      return false;
    }
    Object code = JsonMaps.object(terminalEvent.data(), "error").get("code");
    return ErrorCode.ID_CONFLICT.label().equals(code)
        || ErrorCode.INVALID_REQUEST.label().equals(code);
  }

  /** Whether the job is queued or running. */
  boolean isOpen() {
    return terminalEvent == null
        && (submittedRequest == null || !submittedRequest.alreadyCommitted());
  }

  /** The fingerprint of its request; empty if the request was not read. */
  public String fingerprint() {
    return submittedRequest == null ? "" : submittedRequest.fingerprint();
  }

  /** The images of a completed job; none of another. */
  public List<StoredImage> images() {
    return terminalEvent == null
        ? List.of()
        : JsonMaps.list(terminalEvent.data(), "images").stream()
            .map(image -> Json.read(Json.write(image), StoredImage.class))
            .toList();
  }

  /** The kept events in their order. */
  List<JobEvent> events() {
    return Stream.of(started, progress, terminalEvent).filter(Objects::nonNull).toList();
  }
}
