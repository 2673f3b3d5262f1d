package dev.sanaq.gateway;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** What waits, for Prometheus: known to the gateway alone, since no worker may be there. */
final class BacklogMeters {
  private static final String SECONDS = "sanaq.backlog.seconds";

  private final MeterRegistry registry;
  private final Supplier<Optional<Gateway>> gateway;
  private final Clock clock;

  /**
   * @param gateway the one that runs; without one there are no numbers
   */
  BacklogMeters(MeterRegistry registry, Supplier<Optional<Gateway>> gateway, Clock clock) {
    this.registry = registry;
    this.gateway = gateway;
    this.clock = clock;
  }

  /** Makes them known; again makes no difference. */
  void register() {
    if (registry.find(SECONDS).gauge() != null) {
      return;
    }
    gauge(SECONDS, now -> now.backlog().state().seconds())
        .description("Work that waits or is being drawn, in seconds of one worker")
        .register(registry);
    jobs(JobState.QUEUED, state -> state.queued());
    jobs(JobState.RUNNING, state -> state.running());
    oldest(JobState.QUEUED);
    oldest(JobState.RUNNING);
  }

  private void jobs(JobState which, ToDoubleFunction<Backlog.State> count) {
    gauge("sanaq.backlog.jobs", now -> count.applyAsDouble(now.backlog().state()))
        .description("Jobs that wait, and that are being drawn")
        .tag("state", word(which))
        .register(registry);
  }

  private void oldest(JobState which) {
    gauge("sanaq.backlog.oldest.seconds", now -> oldest(now.view(), which))
        .description("Since a queued job was asked for, since a running one gave a sign: the most")
        .tag("state", word(which))
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> gauge(String name, ToDoubleFunction<Gateway> value) {
    return Gauge.builder(name, () -> gateway.get().map(value::applyAsDouble).orElse(Double.NaN));
  }

  private double oldest(JobView view, JobState which) {
    Instant now = clock.instant();
    return view.open().stream()
        .filter(job -> job.state() == which)
        .mapToDouble(job -> Math.max(0, Duration.between(lastSign(job), now).toMillis() / 1e3))
        .max()
        .orElse(0);
  }

  private static Instant lastSign(ViewedJob job) {
    if (job.progress() != null) {
      return job.progress().time();
    }
    return job.started() == null ? job.since() : job.started().time();
  }

  private static String word(JobState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
