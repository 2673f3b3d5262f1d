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
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Estimates the queued and running work in seconds of one worker, and each queued job's wait. A
 * snapshot is computed at most every half second. Any number of threads.
 */
@ApplicationScoped
public class Backlog {
  private static final Duration SNAPSHOT_TTL = Duration.ofMillis(500);

  private final JobView view;
  private final GatewayConfig.EstimateConfig estimateConfig;
  private final JobDurationEstimator durations;
  private final Clock clock;
  private Instant computedAt = Instant.MIN;
  private Snapshot snapshot = new Snapshot(new State(0, 0, 0, 1), Map.of());

  /**
   * The work of all jobs.
   *
   * @param seconds remaining work, in seconds of one worker
   * @param queued jobs that no worker has started
   * @param running jobs that a worker has started
   * @param workers workers with running jobs, at least 1
   */
  public record State(double seconds, int queued, int running, int workers) {
    /** The expected wait of a job that is submitted now. */
    public long secondsToWait() {
      return (long) Math.ceil(seconds / workers);
    }
  }

  /**
   * A queued job's position and expected wait.
   *
   * @param position 1 for the next job
   * @param waitSeconds until a worker starts the job
   */
  public record QueueEstimate(int position, long waitSeconds) {}

  private record Snapshot(State state, Map<String, QueueEstimate> queueEstimates) {}

  Backlog(JobView view, GatewayConfig config, Clock clock) {
    this.view = view;
    this.estimateConfig = config.estimate();
    this.durations = new JobDurationEstimator(estimateConfig.secondsPerMegapixelStep());
    this.clock = clock;
  }

  /** Records the device time of a completed job; ignores other events. */
  public synchronized void observe(CloudEvent event) {
    if (event.type().equals(JobEventFactory.COMPLETED)) {
      Object seconds = event.data().get("deviceSeconds");
      durations.recordMeasurement(
          JobCost.of(JsonMaps.object(event.data(), "request"), estimateConfig),
          seconds instanceof Number number ? number.doubleValue() : 0);
    }
  }

  /** The current work, at most half a second old. */
  public State state() {
    return current().state();
  }

  /** The estimate of a queued job; a job newer than the snapshot comes last. */
  public QueueEstimate queueEstimate(String id) {
    Snapshot current = current();
    State state = current.state();
    return current
        .queueEstimates()
        .getOrDefault(id, new QueueEstimate(state.queued() + 1, state.secondsToWait()));
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
    int workerCount = Math.max(1, workers.size());
    Map<String, QueueEstimate> queueEstimates = new HashMap<>();
    for (JobSnapshot job : view.openJobs()) {
      if (job.state() == JobState.QUEUED) {
        queueEstimates.put(
            job.id(),
            new QueueEstimate(queueEstimates.size() + 1, (long) Math.ceil(seconds / workerCount)));
        seconds += durations.estimateSeconds(costOf(job));
      }
    }
    return new Snapshot(
        new State(seconds, queueEstimates.size(), running, workerCount), queueEstimates);
  }

  private JobCost costOf(JobSnapshot job) {
    return job.cost() == null ? JobCost.of(Map.of(), estimateConfig) : job.cost();
  }
}
