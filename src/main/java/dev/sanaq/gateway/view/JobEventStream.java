package dev.sanaq.gateway.view;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;

/**
 * Streams a job's events to one client as server-sent events (SSE). A client that is too slow for
 * the buffer is disconnected; it reconnects with {@code Last-Event-ID}.
 */
public final class JobEventStream {
  private static final int MAX_BUFFERED_EVENTS = 256;

  private final Sse sse;
  private final Vertx vertx;
  private final Duration heartbeat;
  private int lastSequence;

  /**
   * @param lastSequence the sequence of the last event that the client has
   */
  public JobEventStream(Sse sse, Vertx vertx, Duration heartbeat, int lastSequence) {
    this.sse = sse;
    this.vertx = vertx;
    this.heartbeat = heartbeat;
    this.lastSequence = lastSequence;
  }

  /** The events that the client does not have, up to the terminal event. */
  public Multi<OutboundSseEvent> stream(JobSnapshot job, JobView view) {
    return Multi.createFrom()
        .emitter(
            emitter -> {
              if (job.isEnded()) {
                emitNewEvents(emitter, job);
                return;
              }
              // Send a comment now: some clients report the connection only after the first bytes.
              emitter.emit(sse.newEventBuilder().comment("watching").build());
              long heartbeatTimer =
                  vertx.setPeriodic(
                      heartbeat.toMillis(),
                      any -> emitter.emit(sse.newEventBuilder().comment("alive").build()));
              Runnable unwatch = view.watch(job.id(), update -> emitNewEvents(emitter, update));
              emitter.onTermination(
                  () -> {
                    vertx.cancelTimer(heartbeatTimer);
                    unwatch.run();
                  });
            },
            MAX_BUFFERED_EVENTS);
  }

  // One thread at a time: the view's lock is held.
  private void emitNewEvents(MultiEmitter<? super OutboundSseEvent> emitter, JobSnapshot job) {
    for (JobEvent event : job.events()) {
      if (event.sequence() > lastSequence) {
        lastSequence = event.sequence();
        emitter.emit(toSseEvent(event));
      }
    }
    if (job.isEnded()) {
      emitter.complete();
    }
  }

  private OutboundSseEvent toSseEvent(JobEvent event) {
    return sse.newEventBuilder().id(event.id()).name(event.kind()).data(event.json()).build();
  }
}
