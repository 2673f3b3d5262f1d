package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the queued and running work in seconds of one worker, and each queued job's wait. Each
 * of the two is computed at most every half second: the work from sums that the view keeps, the
 * waits, which take a look at every queued job, only if a queued job is asked for. Any number of
 * threads.
 */
@ApplicationScoped
public class Backlog {
  private static final Duration TTL = Duration.ofMillis(500);

  private final JobView view;
  private final GatewayConfig.EstimateConfig estimateConfig;
  private final JobDurationEstimator durations;
  private final Cached<State> state;
  private final Cached<Map<String, QueueEstimate>> queueEstimates;

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

  Backlog(JobView view, GatewayConfig config, Clock clock) {
    this.view = view;
    this.estimateConfig = config.estimate();
    this.durations = new JobDurationEstimator(estimateConfig.secondsPerMegapixelStep());
    this.state = new Cached<>(clock, this::computeState);
    this.queueEstimates = new Cached<>(clock, this::computeQueueEstimates);
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
  public synchronized State state() {
    return state.get();
  }

  /** The estimate of a queued job; a job newer than half a second may come last. */
  public synchronized QueueEstimate queueEstimate(String id) {
    QueueEstimate known = queueEstimates.get().get(id);
    return known != null
        ? known
        : new QueueEstimate(state.get().queued() + 1, state.get().secondsToWait());
  }

  private State computeState() {
    List<JobSnapshot> running = view.runningJobs();
    double seconds = remainingSeconds(running);
    int queued = 0;
    for (Map.Entry<JobCost, Integer> jobs : view.queuedByCost().entrySet()) {
      queued += jobs.getValue();
      seconds += jobs.getValue() * durations.estimateSeconds(jobs.getKey());
    }
    return new State(seconds, queued, running.size(), workers(running));
  }

  private Map<String, QueueEstimate> computeQueueEstimates() {
    List<JobSnapshot> running = view.runningJobs();
    double seconds = remainingSeconds(running);
    int workers = workers(running);
    Map<String, QueueEstimate> estimates = new HashMap<>();
    for (JobSnapshot job : view.queuedJobs()) {
      estimates.put(
          job.id(), new QueueEstimate(estimates.size() + 1, (long) Math.ceil(seconds / workers)));
      seconds += durations.estimateSeconds(view.costOf(job));
    }
    return estimates;
  }

  private double remainingSeconds(List<JobSnapshot> running) {
    return running.stream()
        .mapToDouble(
            job ->
                durations.estimateSeconds(view.costOf(job)) * (1 - JobProgress.of(job).fraction()))
        .sum();
  }

  private static int workers(List<JobSnapshot> running) {
    long workers = running.stream().map(job -> JobProgress.of(job).worker()).distinct().count();
    return Math.toIntExact(Math.max(1, workers));
  }

  /** A value that is computed again once it is half a second old. */
  private static final class Cached<T> {
    private final Clock clock;
    private final Supplier<T> compute;
    private Instant computedAt = Instant.MIN;
    private @Nullable T value;

    Cached(Clock clock, Supplier<T> compute) {
      this.clock = clock;
      this.compute = compute;
    }

    T get() {
      Instant now = clock.instant();
      T known = value;
      if (known != null && !now.isBefore(computedAt) && now.isBefore(computedAt.plus(TTL))) {
        return known;
      }
      T fresh = compute.get();
      computedAt = now;
      value = fresh;
      return fresh;
    }
  }
}
