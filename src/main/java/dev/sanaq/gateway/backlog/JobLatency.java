package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobEvent;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Measures how long jobs take for their clients, from the request's record to the completed event,
 * by size, and by model if the gateway is configured for several, as {@code sanaq.job.latency}.
 * Every gateway measures every job. Failed and cancelled jobs are not measured: {@code sanaq.jobs}
 * counts them.
 */
@Singleton
final class JobLatency implements MeterBinder {
  private static final Duration[] BUCKETS = {
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
    Duration.ofMinutes(1),
    Duration.ofMinutes(2),
    Duration.ofMinutes(5),
    Duration.ofMinutes(10),
    Duration.ofMinutes(30),
    Duration.ofHours(1)
  };

  private final GatewayConfig config;
  private final ModelPools pools;
  private final JobView view;
  private final LiveWorkers workers;

  /** Sizes of one image, whose jobs have objectives of their own. */
  private enum Size {
    /** About 512 and 1024 pixels square. */
    SMALL(1.5),

    /** About 2048 pixels square. */
    MEDIUM(6),

    /** Up to 4096 pixels square. */
    LARGE(Double.MAX_VALUE);

    private final double maxMegapixels;

    Size(double maxMegapixels) {
      this.maxMegapixels = maxMegapixels;
    }

    static Size of(double megapixels) {
      for (Size size : values()) {
        if (megapixels <= size.maxMegapixels) {
          return size;
        }
      }
      return LARGE;
    }
  }

  JobLatency(GatewayConfig config, ModelPools pools, JobView view, LiveWorkers workers) {
    this.config = config;
    this.pools = pools;
    this.view = view;
    this.workers = workers;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    if (!config.enabled()) {
      return;
    }
    Map<String, Map<Size, Timer>> timers = new HashMap<>();
    pools.all().forEach(pool -> timers.put(pool.model(), timers(registry, pool)));
    view.onEnd(job -> record(job, timers));
  }

  private static Map<Size, Timer> timers(MeterRegistry registry, ModelPool pool) {
    Map<Size, Timer> timers = new EnumMap<>(Size.class);
    for (Size size : Size.values()) {
      timers.put(
          size,
          Timer.builder("sanaq.job.latency")
              .description("Time from a request's record to its completed event")
              .tags(BacklogMetrics.tags(pool))
              .tag("size", size.name().toLowerCase(Locale.ROOT))
              .serviceLevelObjectives(BUCKETS)
              .register(registry));
    }
    return timers;
  }

  // Before the view has caught up it reads the jobs of the past; without its record a job's age is
  // not known.
  private void record(JobSnapshot job, Map<String, Map<Size, Timer>> timers) {
    JobEvent end = job.terminalEvent();
    if (end == null || !job.isCompleted() || job.submittedRequest() == null || !view.isCaughtUp()) {
      return;
    }
    JobCost cost = view.costOf(job);
    ModelPool pool = pools.find(cost.model()).orElse(pools.defaultPool());
    double megapixels = cost.withDefaults(workers.latestModel(pool)).requestedMegapixels();
    Duration latency = Duration.between(job.submittedAt(), end.time());
    // Clocks of brokers and workers differ a little.
    Objects.requireNonNull(timers.getOrDefault(pool.model(), Map.of()).get(Size.of(megapixels)))
        .record(latency.isNegative() ? Duration.ZERO : latency);
  }
}
