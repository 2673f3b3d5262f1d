package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
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
  private final GatewayConfig.EstimateConfig estimateConfig;
  private final Map<String, JobSnapshot> jobs = new HashMap<>();
  private final OpenJobs openJobs;
  private final NavigableSet<JobSnapshot> doneJobs = new TreeSet<>(JobSnapshot.BY_AGE);
  private final Map<String, Instant> models = new TreeMap<>();
  private final Map<String, List<Consumer<JobSnapshot>>> watchers = new HashMap<>();
  private volatile boolean caughtUp;

  public JobView(GatewayConfig config) {
    this.maxRetained = config.maxRetainedJobs();
    this.estimateConfig = config.estimate();
    this.openJobs =
        new OpenJobs(config.maxOpenRequestBytes(), JobCost.of(Map.of(), estimateConfig));
  }

  /** Applies a request record. */
  public synchronized void onRequest(
      String id, JobSnapshot.SubmittedRequest request, Map<String, Object> fields) {
    JobCost cost = JobCost.of(fields, estimateConfig);
    update(
        jobs.getOrDefault(id, JobSnapshot.unknown(id, request.submittedAt())),
        job -> job.withRequest(request, cost));
  }

  /** Applies an event record. */
  public synchronized void onEvent(CloudEvent event) {
    JobEvent jobEvent = JobEvent.of(event);
    JobSnapshot job =
        jobs.getOrDefault(event.subject(), JobSnapshot.unknown(event.subject(), jobEvent.time()));
    if (!JsonMaps.string(event.data(), "model").isEmpty()) {
      models.putIfAbsent(JsonMaps.string(event.data(), "model"), jobEvent.time());
    }
    if (event.type().equals(JobEventFactory.STARTED)) {
      // The event has the worker's defaults, the request does not.
      JobCost cost = JobCost.of(JsonMaps.object(event.data(), "request"), estimateConfig);
      update(job, known -> known.withEvent(jobEvent).withCost(cost));
    } else {
      update(job, known -> known.withEvent(jobEvent));
    }
  }

  /** The names of the models that jobs ran on, with the time of each one's first event. */
  public synchronized Map<String, Instant> models() {
    return new TreeMap<>(models);
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

  /** The job that was queued first; empty if none is queued. */
  public synchronized Optional<JobSnapshot> oldestQueued() {
    return openJobs.oldestQueued();
  }

  /** How many jobs of each cost are queued. */
  public synchronized Map<JobCost, Integer> queuedByCost() {
    return openJobs.queuedByCost();
  }

  /**
   * The cost of a job, with the configured defaults if neither its request nor its start was read.
   */
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
