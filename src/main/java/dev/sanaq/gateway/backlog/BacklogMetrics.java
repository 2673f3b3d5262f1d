package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Gauges of queued and running work. The gateway exports them, because no worker may be running.
 * They are NaN until the job view has caught up.
 */
@Singleton
final class BacklogMetrics implements MeterBinder {
  private final GatewayConfig config;
  private final Backlog backlog;
  private final JobView view;
  private final Clock clock;

  BacklogMetrics(GatewayConfig config, Backlog backlog, JobView view, Clock clock) {
    this.config = config;
    this.backlog = backlog;
    this.view = view;
    this.clock = clock;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    if (!config.enabled()) {
      return;
    }
    gauge("sanaq.backlog.seconds", () -> backlog.state().seconds())
        .description("Queued and running work, in seconds of one worker")
        .register(registry);
    registerJobCount(registry, JobState.QUEUED, () -> backlog.state().queued());
    registerJobCount(registry, JobState.RUNNING, () -> backlog.state().running());
    registerOldestAge(registry, JobState.QUEUED);
    registerOldestAge(registry, JobState.RUNNING);
  }

  private void registerJobCount(MeterRegistry registry, JobState state, DoubleSupplier count) {
    gauge("sanaq.backlog.jobs", count)
        .description("Queued and running jobs")
        .tag("state", state.label())
        .register(registry);
  }

  private void registerOldestAge(MeterRegistry registry, JobState state) {
    gauge("sanaq.backlog.oldest.seconds", () -> oldestAgeSeconds(state))
        .description("Longest time since a queued job's request or a running job's last event")
        .tag("state", state.label())
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> gauge(String name, DoubleSupplier value) {
    return Gauge.builder(name, () -> view.isCaughtUp() ? value.getAsDouble() : Double.NaN);
  }

  private double oldestAgeSeconds(JobState state) {
    Instant now = clock.instant();
    Stream<JobSnapshot> jobs =
        state == JobState.QUEUED ? view.oldestQueued().stream() : view.runningJobs().stream();
    return jobs.mapToDouble(
            job -> Math.max(0, Duration.between(lastActivity(job), now).toMillis() / 1e3))
        .max()
        .orElse(0);
  }

  private static Instant lastActivity(JobSnapshot job) {
    if (job.progress() != null) {
      return job.progress().time();
    }
    return job.started() == null ? job.submittedAt() : job.started().time();
  }
}
