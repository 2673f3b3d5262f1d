package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Gauges of queued and running work, by model if the gateway is configured for several. The gateway
 * exports them, because no worker may be running. They are NaN until the job view has caught up.
 */
@Singleton
final class BacklogMetrics implements MeterBinder {
  private final GatewayConfig config;
  private final ModelPools pools;
  private final Backlog backlog;
  private final JobView view;
  private final Clock clock;

  BacklogMetrics(
      GatewayConfig config, ModelPools pools, Backlog backlog, JobView view, Clock clock) {
    this.config = config;
    this.pools = pools;
    this.backlog = backlog;
    this.view = view;
    this.clock = clock;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    if (!config.enabled()) {
      return;
    }
    pools.all().forEach(pool -> bindTo(registry, pool));
  }

  private void bindTo(MeterRegistry registry, ModelPool pool) {
    gauge("sanaq.backlog.seconds", pool, () -> backlog.state(pool).seconds())
        .description("Queued and running work, in seconds of one worker")
        .register(registry);
    registerJobCount(registry, pool, JobState.QUEUED, () -> backlog.state(pool).queued());
    registerJobCount(registry, pool, JobState.RUNNING, () -> backlog.state(pool).running());
    registerOldestAge(registry, pool, JobState.QUEUED);
    registerOldestAge(registry, pool, JobState.RUNNING);
  }

  private void registerJobCount(
      MeterRegistry registry, ModelPool pool, JobState state, DoubleSupplier count) {
    gauge("sanaq.backlog.jobs", pool, count)
        .description("Queued and running jobs")
        .tag("state", state.label())
        .register(registry);
  }

  private void registerOldestAge(MeterRegistry registry, ModelPool pool, JobState state) {
    gauge("sanaq.backlog.oldest.seconds", pool, () -> oldestAgeSeconds(pool, state))
        .description("Longest time since a queued job's request or a running job's last event")
        .tag("state", state.label())
        .register(registry);
  }

  private Gauge.Builder<Supplier<Number>> gauge(String name, ModelPool pool, DoubleSupplier value) {
    Supplier<Number> current = () -> view.isCaughtUp() ? value.getAsDouble() : Double.NaN;
    return Gauge.builder(name, current).tags(tags(pool));
  }

  /**
   * The tag of a metric of one pool. Empty if the gateway is not configured for several models,
   * which is no label for Prometheus.
   */
  static Tags tags(ModelPool pool) {
    return Tags.of("model", pool.model());
  }

  private double oldestAgeSeconds(ModelPool pool, JobState state) {
    Instant now = clock.instant();
    Stream<JobSnapshot> jobs =
        state == JobState.QUEUED
            ? view.oldestQueued(pool.model()).stream()
            : view.runningJobs().stream()
                .filter(job -> view.costOf(job).model().equals(pool.model()));
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
