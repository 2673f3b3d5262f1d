package dev.sanaq.gateway;

import dev.sanaq.event.CloudEvent;
import dev.sanaq.event.Events;
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
 * @param since when it was asked for, or first heard of
 * @param asked its request, where it was read
 * @param work how much it asks for, as far as known
 * @param started the beginning of the drawing, while it runs
 * @param progress the last step told, while it runs
 * @param end the terminal event
 */
record ViewedJob(
    String id,
    Instant since,
    @Nullable Asked asked,
    @Nullable Work work,
    @Nullable Told started,
    @Nullable Told progress,
    @Nullable Told end) {
  /** Oldest first. */
  static final Comparator<ViewedJob> BY_AGE =
      Comparator.comparing(ViewedJob::since).thenComparing(ViewedJob::id);

  /**
   * A request as it was sent.
   *
   * @param at when
   * @param request its fields as JSON
   * @param fingerprint of what it asks for
   * @param settled whether workers were done with it when this gateway began to read
   */
  record Asked(Instant at, String request, String fingerprint, boolean settled) {}

  static ViewedJob unknown(String id, Instant since) {
    return new ViewedJob(id, since, null, null, null, null, null);
  }

  /** A job of which the storage knows nothing but the end. */
  static ViewedJob ended(CloudEvent event, String fingerprint) {
    Asked asked = new Asked(event.time(), "{}", fingerprint, true);
    return new ViewedJob(event.subject(), event.time(), asked, null, null, null, Told.of(event));
  }

  /** The same job once its request is read; the first request of an id counts. */
  ViewedJob asked(Asked request, Work asksFor) {
    return asked != null
        ? this
        : new ViewedJob(
            id, request.at(), request, work == null ? asksFor : work, started, progress, end);
  }

  /** The same job once more is known of how much it asks for. */
  ViewedJob working(Work more) {
    return new ViewedJob(id, since, asked, more, started, progress, end);
  }

  /** The same job after the event. Pictures stay pictures, whatever is told later. */
  ViewedJob told(Told event) {
    if (Events.isTerminal(event.type())) {
      return completed() || (end != null && !event.type().equals(Events.COMPLETED))
          ? this
          : new ViewedJob(id, since, asked, work, null, null, event);
    }
    if (end != null) {
      return this;
    }
    return event.type().equals(Events.STARTED)
        ? new ViewedJob(id, since, asked, work, event, null, null)
        : new ViewedJob(id, since, asked, work, started, event, null);
  }

  JobState state() {
    if (end == null) {
      return started == null && progress == null ? JobState.QUEUED : JobState.RUNNING;
    }
    return JobState.valueOf(end.kind().toUpperCase(Locale.ROOT));
  }

  boolean ended() {
    return end != null;
  }

  boolean completed() {
    return end != null && end.type().equals(Events.COMPLETED);
  }

  /** Whether workers still have to do with it. */
  boolean open() {
    return end == null && (asked == null || !asked.settled());
  }

  /** The fingerprint of its request; empty where it is not known. */
  String fingerprint() {
    return asked == null ? "" : asked.fingerprint();
  }

  /** Its events as far as they are kept, in their order. */
  List<Told> events() {
    return Stream.of(started, progress, end).filter(Objects::nonNull).toList();
  }
}
