package dev.sanaq.worker;

import dev.sanaq.event.Events;
import dev.sanaq.event.LiveEvents;
import dev.sanaq.job.Job;
import dev.sanaq.sana.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;

/** Tells of a drawing's steps, not too often, and ends it where it is nobody's any more. */
final class ProgressTeller implements Progress {
  private final Job job;
  private final Events events;
  private final LiveEvents live;
  private final Clock clock;
  private final Duration interval;
  private final BooleanSupplier abandoned;
  private Instant last;

  ProgressTeller(
      Job job,
      Events events,
      LiveEvents live,
      Clock clock,
      Duration interval,
      BooleanSupplier abandoned) {
    this.job = job;
    this.events = events;
    this.live = live;
    this.clock = clock;
    this.interval = interval;
    this.abandoned = abandoned;
    this.last = clock.instant();
  }

  @Override
  public void stepped(int done, int steps) {
    checkAbandoned();
    Instant now = clock.instant();
    if (done > 0 && !now.isBefore(last.plus(interval))) {
      last = now;
      live.tell(events.progress(job, done, steps));
    }
  }

  /**
   * To be called between pieces of work.
   *
   * @throws AbandonedException where there is no use in going on
   */
  void checkAbandoned() {
    if (abandoned.getAsBoolean()) {
      throw new AbandonedException();
    }
  }
}
