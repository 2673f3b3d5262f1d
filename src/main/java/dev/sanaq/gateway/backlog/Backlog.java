package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobState;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * How much work waits, in seconds of one worker, and how long a job has to wait. It is reckoned
 * anew at most every half second. Any number of threads.
 */
public final class Backlog {
  private static final Duration SNAPSHOT_TTL = Duration.ofMillis(500);

  private final JobView view;
  private final GatewayConfig.EstimateConfig estimateConfig;
  private final JobDurationEstimator durations;
  private final Clock clock;
  private Instant computedAt = Instant.MIN;
  private Snapshot snapshot = new Snapshot(new State(0, 0, 0, 1), Map.of());

  /**
   * All the work.
   *
   * @param seconds what is left to do, in seconds of one worker
   * @param queued jobs not begun
   * @param running jobs being drawn
   * @param workers that draw, at least 1
   */
  public record State(double seconds, int queued, int running, int workers) {
    /** Until a job sent now would begin. */
    public long secondsToWait() {
      return (long) Math.ceil(seconds / workers);
    }
  }

  /**
   * A queued job's outlook.
   *
   * @param position 1 for the next
   * @param waitSeconds until it begins
   */
  public record QueueEstimate(int position, long waitSeconds) {}

  private record Snapshot(State state, Map<String, QueueEstimate> queueEstimates) {}

  public Backlog(JobView view, GatewayConfig.EstimateConfig model, Clock clock) {
    this.view = view;
    this.estimateConfig = model;
    this.durations = new JobDurationEstimator(model.secondsPerMegapixelStep());
    this.clock = clock;
  }

  /** Learns from a completed job how long the device is busy with its images. */
  public synchronized void observe(CloudEvent event) {
    if (event.type().equals(JobEventFactory.COMPLETED)) {
      Object seconds = event.data().get("deviceSeconds");
      durations.recordMeasurement(
          JobCost.of(JsonMaps.object(event.data(), "request"), estimateConfig),
          seconds instanceof Number number ? number.doubleValue() : 0);
    }
  }

  /** All the work as of now. */
  public State state() {
    return current().state();
  }

  /** The outlook of a queued job; one that is too new for it comes last. */
  public QueueEstimate queueEstimate(String id) {
    Snapshot now = current();
    State all = now.state();
    return now.queueEstimates()
        .getOrDefault(id, new QueueEstimate(all.queued() + 1, all.secondsToWait()));
  }

  private synchronized Snapshot current() {
    Instant now = clock.instant();
    if (!now.isBefore(computedAt) && now.isBefore(computedAt.plus(SNAPSHOT_TTL))) {
      return snapshot;
    }
    computedAt = now;
    snapshot = compute();
    return snapshot;
  }

  private Snapshot compute() {
    double seconds = 0;
    int running = 0;
    Set<String> workers = new HashSet<>();
    for (JobSnapshot job : view.openJobs()) {
      if (job.state() == JobState.RUNNING) {
        running++;
        seconds += durations.estimateSeconds(costOf(job)) * (1 - JobProgress.of(job).fraction());
        workers.add(JobProgress.of(job).worker());
      }
    }
    int hands = Math.max(1, workers.size());
    Map<String, QueueEstimate> outlooks = new HashMap<>();
    for (JobSnapshot job : view.openJobs()) {
      if (job.state() == JobState.QUEUED) {
        outlooks.put(
            job.id(), new QueueEstimate(outlooks.size() + 1, (long) Math.ceil(seconds / hands)));
        seconds += durations.estimateSeconds(costOf(job));
      }
    }
    return new Snapshot(new State(seconds, outlooks.size(), running, hands), outlooks);
  }

  private JobCost costOf(JobSnapshot job) {
    return job.cost() == null ? JobCost.of(Map.of(), estimateConfig) : job.cost();
  }
}
