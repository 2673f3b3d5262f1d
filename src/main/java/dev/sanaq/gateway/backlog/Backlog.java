package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.gateway.view.ServedModel;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.request.LimitsConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private final LiveWorkers workers;
  private final LimitsConfig limits;
  private final JobDurationEstimator durations;
  private final Cached<State> state;
  private final Cached<Map<String, QueueEstimate>> queueEstimates;

  /**
   * The work of all jobs.
   *
   * @param seconds remaining work, in seconds of one worker
   * @param queued jobs that no worker has started
   * @param running jobs that a worker has started
   * @param workers workers that take jobs now
   */
  public record State(double seconds, int queued, int running, int workers) {
    /**
     * The expected wait of a job that is submitted now: if no worker is running, from when one
     * does.
     */
    public long secondsToWait() {
      return waitSeconds(seconds, workers);
    }
  }

  /**
   * A queued job's position and expected wait.
   *
   * @param position 1 for the next job
   * @param waitSeconds until a worker starts the job; if no worker is running, from when one does
   */
  public record QueueEstimate(int position, long waitSeconds) {}

  Backlog(
      JobView view, LiveWorkers workers, GatewayConfig config, LimitsConfig limits, Clock clock) {
    this.view = view;
    this.workers = workers;
    this.limits = limits;
    this.durations = new JobDurationEstimator(config.estimate().secondsPerMegapixelStep());
    this.state = new Cached<>(clock, this::computeState);
    this.queueEstimates = new Cached<>(clock, this::computeQueueEstimates);
  }

  /**
   * Records the device time of a completed job; ignores other events, and that of a job that the
   * view already knows as completed: a repeated event is no second measurement. Call it before the
   * view is updated.
   */
  public synchronized void observe(CloudEvent event) {
    if (event.type().equals(JobEventFactory.COMPLETED)
        && view.find(event.subject()).filter(JobSnapshot::isCompleted).isEmpty()) {
      Object seconds = event.data().get("deviceSeconds");
      durations.recordMeasurement(
          JobCost.of(JsonMaps.object(event.data(), "request"), limits),
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

  /** Why no worker takes jobs, for a caller; empty if one does. */
  public Optional<String> noWorkerReason() {
    return workers.count() > 0 ? Optional.empty() : Optional.of(workers.absenceReason());
  }

  private State computeState() {
    ServedModel model = workers.latestModel();
    List<JobSnapshot> running = view.runningJobs();
    double seconds = remainingSeconds(running, model);
    int queued = 0;
    for (Map.Entry<JobCost, Integer> jobs : view.queuedByCost().entrySet()) {
      queued += jobs.getValue();
      seconds += jobs.getValue() * durations.estimateSeconds(jobs.getKey(), model);
    }
    return new State(seconds, queued, running.size(), workers.count());
  }

  private Map<String, QueueEstimate> computeQueueEstimates() {
    ServedModel model = workers.latestModel();
    double seconds = remainingSeconds(view.runningJobs(), model);
    int count = workers.count();
    Map<String, QueueEstimate> estimates = new HashMap<>();
    for (JobSnapshot job : view.queuedJobs()) {
      estimates.put(job.id(), new QueueEstimate(estimates.size() + 1, waitSeconds(seconds, count)));
      seconds += durations.estimateSeconds(view.costOf(job), model);
    }
    return estimates;
  }

  private static long waitSeconds(double seconds, int workers) {
    return (long) Math.ceil(seconds / Math.max(1, workers));
  }

  private double remainingSeconds(List<JobSnapshot> running, ServedModel model) {
    return running.stream()
        .mapToDouble(
            job ->
                durations.estimateSeconds(view.costOf(job), model)
                    * (1 - JobProgress.of(job).fraction()))
        .sum();
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
