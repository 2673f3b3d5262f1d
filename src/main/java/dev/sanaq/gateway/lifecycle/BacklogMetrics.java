package dev.sanaq.gateway.lifecycle;

import dev.sanaq.gateway.backlog.Backlog;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
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
final class BacklogMetrics {
  private static final String BACKLOG_SECONDS = "sanaq.backlog.seconds";

  private final MeterRegistry registry;
  private final Supplier<Optional<GatewayComponents>> gateway;
  private final Clock clock;

  /**
   * @param gateway the one that runs; without one there are no numbers
   */
  BacklogMetrics(
      MeterRegistry registry, Supplier<Optional<GatewayComponents>> gateway, Clock clock) {
    this.registry = registry;
    this.gateway = gateway;
    this.clock = clock;
  }

  /** Makes them known; again makes no difference. */
  void register() {
    if (registry.find(BACKLOG_SECONDS).gauge() != null) {
      return;
    }
    gauge(BACKLOG_SECONDS, now -> now.backlog().state().seconds())
        .description("Work that waits or is being drawn, in seconds of one worker")
        .register(registry);
    registerJobCount(JobState.QUEUED, state -> state.queued());
    registerJobCount(JobState.RUNNING, state -> state.running());
    registerOldestAge(JobState.QUEUED);
    registerOldestAge(JobState.RUNNING);
  }

  private void registerJobCount(JobState which, ToDoubleFunction<Backlog.State> count) {
    gauge("sanaq.backlog.jobs", now -> count.applyAsDouble(now.backlog().state()))
        .description("Jobs that wait, and that are being drawn")
        .tag("state", label(which))
        .register(registry);
  }

  private void registerOldestAge(JobState which) {
    gauge("sanaq.backlog.oldest.seconds", now -> oldestAgeSeconds(now.view(), which))
        .description("Since a queued job was asked for, since a running one gave a sign: the most")
        .tag("state", label(which))
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> gauge(
      String name, ToDoubleFunction<GatewayComponents> value) {
    return Gauge.builder(name, () -> gateway.get().map(value::applyAsDouble).orElse(Double.NaN));
  }

  private double oldestAgeSeconds(JobView view, JobState which) {
    Instant now = clock.instant();
    return view.openJobs().stream()
        .filter(job -> job.state() == which)
        .mapToDouble(job -> Math.max(0, Duration.between(lastActivity(job), now).toMillis() / 1e3))
        .max()
        .orElse(0);
  }

  private static Instant lastActivity(JobSnapshot job) {
    if (job.progress() != null) {
      return job.progress().time();
    }
    return job.started() == null ? job.submittedAt() : job.started().time();
  }

  private static String label(JobState state) {
    return state.name().toLowerCase(Locale.ROOT);
  }
}
