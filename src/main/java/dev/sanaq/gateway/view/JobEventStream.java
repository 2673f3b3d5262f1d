package dev.sanaq.gateway.view;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;

/** One reader's stream of a job's events. A reader too slow for it is let go and comes again. */
public final class JobEventStream {
  private static final int MAX_BUFFERED_EVENTS = 256;

  private final Sse sse;
  private final Vertx vertx;
  private final Duration heartbeat;
  private int lastSequence;

  /**
   * @param lastRank the rank of the last event that the reader has
   */
  public JobEventStream(Sse sse, Vertx vertx, Duration heartbeat, int lastRank) {
    this.sse = sse;
    this.vertx = vertx;
    this.heartbeat = heartbeat;
    this.lastSequence = lastRank;
  }

  /** The events that the reader does not have, to the last. */
  public Multi<OutboundSseEvent> stream(JobSnapshot job, JobView view) {
    return Multi.createFrom()
        .emitter(
            emitter -> {
              if (job.isEnded()) {
                emitNewEvents(emitter, job);
                return;
              }
              // At once, so that the reader knows that it is heard.
              emitter.emit(sse.newEventBuilder().comment("watching").build());
              long beat =
                  vertx.setPeriodic(
                      heartbeat.toMillis(),
                      any -> emitter.emit(sse.newEventBuilder().comment("alive").build()));
              Runnable end = view.watch(job.id(), seen -> emitNewEvents(emitter, seen));
              emitter.onTermination(
                  () -> {
                    vertx.cancelTimer(beat);
                    end.run();
                  });
            },
            MAX_BUFFERED_EVENTS);
  }

  // The view's lock holds: one at a time.
  private void emitNewEvents(MultiEmitter<? super OutboundSseEvent> emitter, JobSnapshot job) {
    for (JobEvent told : job.events()) {
      if (told.sequence() > lastSequence) {
        lastSequence = told.sequence();
        emitter.emit(toSseEvent(told));
      }
    }
    if (job.isEnded()) {
      emitter.complete();
    }
  }

  private OutboundSseEvent toSseEvent(JobEvent told) {
    return sse.newEventBuilder().id(told.id()).name(told.kind()).data(told.json()).build();
  }
}
