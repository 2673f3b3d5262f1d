package dev.sanaq.gateway.backlog;

import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.pool.ModelPool;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.gateway.view.JobCost;
import dev.sanaq.gateway.view.JobProgress;
import dev.sanaq.gateway.view.JobSnapshot;
import dev.sanaq.gateway.view.JobView;
import dev.sanaq.gateway.view.LiveWorkers;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.request.LimitsConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Estimates the queued and running work of each model in seconds of one worker, and each queued
 * job's wait. Each of the two is computed at most every half second: the work from sums that the
 * view keeps, the waits, which take a look at every queued job, only if a queued job is asked for.
 * Any number of threads.
 */
@ApplicationScoped
public class Backlog {
  private static final Duration TTL = Duration.ofMillis(500);
  private static final State NO_WORK = new State(0, 0, 0, 0);

  private final JobView view;
  private final LiveWorkers workers;
  private final ModelPools pools;
  private final LimitsConfig limits;
  private final JobDurationEstimator durations;
  private final Cached<Map<String, State>> states;
  private final Cached<Map<String, QueueEstimate>> queueEstimates;

  /**
   * The work of the jobs of a model, or of all.
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

    private State plus(State other) {
      return new State(
          seconds + other.seconds,
          queued + other.queued,
          running + other.running,
          workers + other.workers);
    }
  }

  /**
   * A queued job's position among the jobs of its model, and its expected wait.
   *
   * @param position 1 for the next job
   * @param waitSeconds until a worker starts the job; if no worker is running, from when one does
   */
  public record QueueEstimate(int position, long waitSeconds) {}

  Backlog(JobView view, LiveWorkers workers, ModelPools pools, LimitsConfig limits, Clock clock) {
    this.view = view;
    this.workers = workers;
    this.pools = pools;
    this.limits = limits;
    this.durations =
        new JobDurationEstimator(model -> pool(model).estimate().secondsPerMegapixelStep());
    this.states = new Cached<>(clock, this::computeStates);
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
          JobCost.of(view.modelOf(event), JsonMaps.object(event.data(), "request"), limits),
          seconds instanceof Number number ? number.doubleValue() : 0);
    }
  }

  /** The current work of all models together, at most half a second old. */
  public synchronized State state() {
    return states.get().values().stream().reduce(NO_WORK, State::plus);
  }

  /** The current work of a model, at most half a second old. */
  public synchronized State state(ModelPool pool) {
    return states.get().getOrDefault(pool.model(), NO_WORK);
  }

  /** The current work of the model of a job, at most half a second old. */
  public State stateOf(JobSnapshot job) {
    return state(pool(view.costOf(job).model()));
  }

  /** The estimate of a queued job; a job newer than half a second may come last. */
  public synchronized QueueEstimate queueEstimate(JobSnapshot job) {
    QueueEstimate known = queueEstimates.get().get(job.id());
    State state = stateOf(job);
    return known != null ? known : new QueueEstimate(state.queued() + 1, state.secondsToWait());
  }

  /** Why no worker of a pool takes jobs, for a caller; empty if one does. */
  public Optional<String> noWorkerReason(ModelPool pool) {
    return workers.count(pool) > 0 ? Optional.empty() : Optional.of(workers.absenceReason(pool));
  }

  private Map<String, State> computeStates() {
    Map<String, State> computed = new HashMap<>();
    for (ModelPool pool : pools.all()) {
      computed.put(pool.model(), new State(0, 0, 0, workers.count(pool)));
    }
    view.runningJobs()
        .forEach(job -> add(computed, view.costOf(job), new State(remaining(job), 0, 1, 0)));
    view.queuedByCost()
        .forEach(
            (cost, count) -> add(computed, cost, new State(count * seconds(cost), count, 0, 0)));
    return computed;
  }

  private static void add(Map<String, State> states, JobCost cost, State more) {
    states.merge(cost.model(), more, State::plus);
  }

  private Map<String, QueueEstimate> computeQueueEstimates() {
    Map<String, State> ahead = new HashMap<>();
    view.runningJobs()
        .forEach(job -> add(ahead, view.costOf(job), new State(remaining(job), 0, 0, 0)));
    Map<String, Integer> counts = new HashMap<>();
    Map<String, QueueEstimate> estimates = new HashMap<>();
    for (JobSnapshot job : view.queuedJobs()) {
      JobCost cost = view.costOf(job);
      State before = ahead.getOrDefault(cost.model(), NO_WORK);
      int count = counts.computeIfAbsent(cost.model(), model -> workers.count(pool(model)));
      estimates.put(
          job.id(), new QueueEstimate(before.queued() + 1, waitSeconds(before.seconds(), count)));
      add(ahead, cost, new State(seconds(cost), 1, 0, 0));
    }
    return estimates;
  }

  private ModelPool pool(String model) {
    return pools.find(model).orElse(pools.defaultPool());
  }

  private static long waitSeconds(double seconds, int workers) {
    return (long) Math.ceil(seconds / Math.max(1, workers));
  }

  private double seconds(JobCost cost) {
    return durations.estimateSeconds(cost, workers.latestModel(pool(cost.model())));
  }

  private double remaining(JobSnapshot job) {
    return seconds(view.costOf(job)) * (1 - JobProgress.of(job).fraction());
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
