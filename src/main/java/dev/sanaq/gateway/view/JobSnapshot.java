package dev.sanaq.gateway.view;

import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a job.
 *
 * @param id the job's id
 * @param submittedAt when it was asked for, or first heard of
 * @param submittedRequest its request, where it was read
 * @param cost how much it asks for, as far as known
 * @param started the beginning of the drawing, while it runs
 * @param progress the last step told, while it runs
 * @param terminalEvent the terminal event
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
   * A request as it was sent.
   *
   * @param submittedAt when
   * @param json its fields as JSON
   * @param fingerprint of what it asks for
   * @param alreadyCommitted whether workers were done with it when this gateway began to read
   */
  public record SubmittedRequest(
      Instant submittedAt, String json, String fingerprint, boolean alreadyCommitted) {}

  public static JobSnapshot unknown(String id, Instant since) {
    return new JobSnapshot(id, since, null, null, null, null, null);
  }

  /** A job of which the storage knows nothing but the end. */
  static JobSnapshot ofStoredResult(CloudEvent event, String fingerprint) {
    SubmittedRequest asked = new SubmittedRequest(event.time(), "{}", fingerprint, true);
    return new JobSnapshot(
        event.subject(), event.time(), asked, null, null, null, JobEvent.of(event));
  }

  /** The same job once its request is read; the first request of an id counts. */
  JobSnapshot withRequest(SubmittedRequest request, JobCost asksFor) {
    return submittedRequest != null
        ? this
        : new JobSnapshot(
            id,
            request.submittedAt(),
            request,
            cost == null ? asksFor : cost,
            started,
            progress,
            terminalEvent);
  }

  /** The same job once more is known of how much it asks for. */
  JobSnapshot withCost(JobCost more) {
    return new JobSnapshot(
        id, submittedAt, submittedRequest, more, started, progress, terminalEvent);
  }

  /** The same job after the event. Images stay images, whatever is told later. */
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

  public JobState state() {
    if (terminalEvent == null) {
      return started == null && progress == null ? JobState.QUEUED : JobState.RUNNING;
    }
    return JobState.valueOf(terminalEvent.kind().toUpperCase(Locale.ROOT));
  }

  public boolean isEnded() {
    return terminalEvent != null;
  }

  public boolean isCompleted() {
    return terminalEvent != null && terminalEvent.type().equals(JobEventFactory.COMPLETED);
  }

  /** Whether workers still have to do with it. */
  boolean isOpen() {
    return terminalEvent == null
        && (submittedRequest == null || !submittedRequest.alreadyCommitted());
  }

  /** The fingerprint of its request; empty where it is not known. */
  public String fingerprint() {
    return submittedRequest == null ? "" : submittedRequest.fingerprint();
  }

  /** Its events as far as they are kept, in their order. */
  List<JobEvent> events() {
    return Stream.of(started, progress, terminalEvent).filter(Objects::nonNull).toList();
  }
}
