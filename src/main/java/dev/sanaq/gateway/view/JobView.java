package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.gateway.pool.ModelPools;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import dev.sanaq.kafka.request.LimitsConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * The jobs in memory, built from the request and event topics, whichever of the two is read first.
 * Open jobs are always kept, their requests up to a bound; of the others the newest, up to a bound.
 * Any number of threads; watchers are called by the thread that applies a record, under the view's
 * lock.
 */
@ApplicationScoped
public class JobView {
  private final int maxRetained;
  private final LimitsConfig limits;
  private final ModelPools pools;
  private final Map<String, JobSnapshot> jobs = new HashMap<>();
  private final OpenJobs openJobs;
  private final NavigableSet<JobSnapshot> doneJobs = new TreeSet<>(JobSnapshot.BY_AGE);
  private final Map<String, List<Consumer<JobSnapshot>>> watchers = new HashMap<>();
  private final List<Consumer<JobSnapshot>> endListeners = new CopyOnWriteArrayList<>();
  private volatile boolean caughtUp;

  public JobView(GatewayConfig config, LimitsConfig limits, ModelPools pools) {
    this.maxRetained = config.maxRetainedJobs();
    this.limits = limits;
    this.pools = pools;
    this.openJobs = new OpenJobs(config.maxOpenRequestBytes(), pools.defaultPool().model());
  }

  /** Applies a request record. */
  public synchronized void onRequest(
      String id, JobSnapshot.SubmittedRequest request, Map<String, Object> fields) {
    JobCost cost = JobCost.of(request.model(), fields, limits);
    update(
        jobs.getOrDefault(id, JobSnapshot.unknown(id, request.submittedAt())),
        job -> job.withRequest(request, cost));
  }

  /** Applies an event record. */
  public synchronized void onEvent(CloudEvent event) {
    JobEvent jobEvent = JobEvent.of(event);
    JobSnapshot job =
        jobs.getOrDefault(event.subject(), JobSnapshot.unknown(event.subject(), jobEvent.time()));
    if (event.type().equals(JobEventFactory.STARTED)) {
      // The event has the worker's defaults, the request does not.
      JobCost cost = JobCost.of(modelOf(event), JsonMaps.object(event.data(), "request"), limits);
      update(job, known -> known.withEvent(jobEvent).withCost(cost));
    } else {
      update(job, known -> known.withEvent(jobEvent));
    }
  }

  /**
   * The topics are read to their ends for the first time: drops jobs that the workers finished
   * before the gateway's start and whose terminal events have expired.
   */
  public synchronized void onCaughtUp() {
    for (JobSnapshot job : List.copyOf(doneJobs)) {
      if (!job.isEnded()) {
        remove(job);
      }
    }
    caughtUp = true;
  }

  /**
   * Drops queued jobs whose requests retention has deleted: no worker will read them. One that a
   * worker had read already comes back with its events.
   *
   * @param model the model of the topic
   * @param firstOffsets the first offset of each partition of that topic
   * @return how many jobs were dropped
   */
  public synchronized int dropDeleted(String model, Map<Integer, Long> firstOffsets) {
    List<JobSnapshot> deleted =
        openJobs.queued().stream()
            .filter(
                job ->
                    job.submittedRequest() != null
                        && job.submittedRequest().isDeleted(model, firstOffsets))
            .toList();
    deleted.forEach(this::remove);
    return deleted.size();
  }

  /** Whether {@link #onCaughtUp} was called. */
  public boolean isCaughtUp() {
    return caughtUp;
  }

  /** The job, if it is in memory. */
  public synchronized Optional<JobSnapshot> find(String id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The queued jobs, oldest first: a copy of all, for questions about single jobs. */
  public synchronized List<JobSnapshot> queuedJobs() {
    return openJobs.queued();
  }

  /** The running jobs, oldest first. */
  public synchronized List<JobSnapshot> runningJobs() {
    return openJobs.running();
  }

  /** The job of the model that was queued first; empty if none is queued. */
  public synchronized Optional<JobSnapshot> oldestQueued(String model) {
    return openJobs.oldestQueued(model);
  }

  /**
   * The model of the pool whose job an event is of: that of the topic with its request; if the
   * request was not read, the one that the worker reports.
   */
  public synchronized String modelOf(CloudEvent event) {
    JobSnapshot job = jobs.get(event.subject());
    return job != null && job.cost() != null
        ? job.cost().model()
        : pools.find(JsonMaps.string(event.data(), "model")).orElse(pools.defaultPool()).model();
  }

  /** How many jobs of each cost are queued. */
  public synchronized Map<JobCost, Integer> queuedByCost() {
    return openJobs.queuedByCost();
  }

  /** The cost of a job; that of an empty request if neither its request nor its start was read. */
  public JobCost costOf(JobSnapshot job) {
    return openJobs.costOf(job);
  }

  /**
   * Lists matching jobs, newest first.
   *
   * @param olderThan only jobs older than this one
   * @param limit at most so many
   */
  public synchronized List<JobSnapshot> list(
      Predicate<JobSnapshot> filter, JobSnapshot olderThan, int limit) {
    List<JobSnapshot> found = new ArrayList<>();
    openJobs.olderThan(olderThan).forEach(jobs -> found.addAll(newest(jobs, filter, limit)));
    found.addAll(newest(doneJobs.headSet(olderThan, false), filter, limit));
    return found.stream().sorted(JobSnapshot.BY_AGE.reversed()).limit(limit).toList();
  }

  /**
   * Watches a job. The watcher is called with the job's present state, if the job is in memory, and
   * after every change. It must not block.
   *
   * @return stops watching
   */
  public synchronized Runnable watch(String id, Consumer<JobSnapshot> watcher) {
    watchers.computeIfAbsent(id, any -> new ArrayList<>()).add(watcher);
    find(id).ifPresent(watcher);
    return () -> unwatch(id, watcher);
  }

  /**
   * Calls a listener with each job that ends from now on, once. It is called as watchers are, and
   * must not block.
   */
  public void onEnd(Consumer<JobSnapshot> listener) {
    endListeners.add(listener);
  }

  private synchronized void unwatch(String id, Consumer<JobSnapshot> watcher) {
    List<Consumer<JobSnapshot>> remaining = watchers.getOrDefault(id, new ArrayList<>());
    remaining.remove(watcher);
    if (remaining.isEmpty()) {
      watchers.remove(id);
    }
  }

  private void update(JobSnapshot before, UnaryOperator<JobSnapshot> change) {
    JobSnapshot changed = change.apply(before);
    remove(before);
    JobSnapshot after = changed.isOpen() ? openJobs.add(changed) : changed;
    jobs.put(after.id(), after);
    if (!after.isOpen()) {
      doneJobs.add(after);
    }
    if (doneJobs.size() > maxRetained) {
      remove(doneJobs.first());
    }
    if (after.isEnded() && !before.isEnded()) {
      endListeners.forEach(each -> each.accept(after));
    }
    List.copyOf(watchers.getOrDefault(after.id(), List.of())).forEach(each -> each.accept(after));
  }

  private void remove(JobSnapshot job) {
    jobs.remove(job.id());
    openJobs.remove(job);
    doneJobs.remove(job);
  }

  private static List<JobSnapshot> newest(
      NavigableSet<JobSnapshot> jobs, Predicate<JobSnapshot> filter, int limit) {
    return jobs.descendingSet().stream().filter(filter).limit(limit).toList();
  }
}
