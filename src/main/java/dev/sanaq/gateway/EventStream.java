package dev.sanaq.gateway;

import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.subscription.MultiEmitter;
import io.vertx.core.Vertx;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;

/** One reader's stream of a job's events. A reader too slow for it is let go and comes again. */
final class EventStream {
  private static final int WAITING = 256;

  private final Sse sse;
  private final Vertx vertx;
  private final Duration heartbeat;
  private int lastRank;

  /**
   * @param lastRank the rank of the last event that the reader has
   */
  EventStream(Sse sse, Vertx vertx, Duration heartbeat, int lastRank) {
    this.sse = sse;
    this.vertx = vertx;
    this.heartbeat = heartbeat;
    this.lastRank = lastRank;
  }

  /** The events that the reader does not have, to the last. */
  Multi<OutboundSseEvent> of(ViewedJob job, JobView view) {
    return Multi.createFrom()
        .emitter(
            emitter -> {
              if (job.ended()) {
                tell(emitter, job);
                return;
              }
              // At once, so that the reader knows that it is heard.
              emitter.emit(sse.newEventBuilder().comment("watching").build());
              long beat =
                  vertx.setPeriodic(
                      heartbeat.toMillis(),
                      any -> emitter.emit(sse.newEventBuilder().comment("alive").build()));
              Runnable end = view.watch(job.id(), seen -> tell(emitter, seen));
              emitter.onTermination(
                  () -> {
                    vertx.cancelTimer(beat);
                    end.run();
                  });
            },
            WAITING);
  }

  // The view's lock holds: one at a time.
  private void tell(MultiEmitter<? super OutboundSseEvent> emitter, ViewedJob job) {
    for (Told told : job.events()) {
      if (told.rank() > lastRank) {
        lastRank = told.rank();
        emitter.emit(event(told));
      }
    }
    if (job.ended()) {
      emitter.complete();
    }
  }

  private OutboundSseEvent event(Told told) {
    return sse.newEventBuilder().id(told.id()).name(told.kind()).data(told.line()).build();
  }
}
