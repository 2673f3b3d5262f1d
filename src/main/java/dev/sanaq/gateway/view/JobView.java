package dev.sanaq.gateway.view;

import dev.sanaq.gateway.GatewayConfig;
import dev.sanaq.gateway.JsonMaps;
import dev.sanaq.kafka.event.CloudEvent;
import dev.sanaq.kafka.event.JobEventFactory;
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
 * The jobs, as the topics of requests and of events tell of them, in whatever order the two are
 * read. Jobs that workers are done with are kept up to a number; the oldest leave first. Any number
 * of threads; watchers are called by the one that brings the news.
 */
public final class JobView {
  private final int maxRetained;
  private final GatewayConfig.EstimateConfig estimateConfig;
  private final Map<String, JobSnapshot> jobs = new HashMap<>();
  private final NavigableSet<JobSnapshot> openJobs = new TreeSet<>(JobSnapshot.BY_AGE);
  private final NavigableSet<JobSnapshot> doneJobs = new TreeSet<>(JobSnapshot.BY_AGE);
  private final Map<String, Instant> models = new TreeMap<>();
  private final Map<String, List<Consumer<JobSnapshot>>> watchers = new HashMap<>();

  /**
   * @param kept how many jobs that workers are done with are kept
   * @param model what requests leave out
   */
  public JobView(int kept, GatewayConfig.EstimateConfig model) {
    this.maxRetained = kept;
    this.estimateConfig = model;
  }

  /** A request was read. */
  public synchronized void onRequest(
      String id, JobSnapshot.SubmittedRequest request, Map<String, Object> fields) {
    JobCost work = JobCost.of(fields, estimateConfig);
    update(
        jobs.getOrDefault(id, JobSnapshot.unknown(id, request.submittedAt())),
        job -> job.withRequest(request, work));
  }

  /** An event was read. */
  public synchronized void onEvent(CloudEvent event) {
    JobEvent news = JobEvent.of(event);
    JobSnapshot job =
        jobs.getOrDefault(event.subject(), JobSnapshot.unknown(event.subject(), news.time()));
    if (!JsonMaps.string(event.data(), "model").isEmpty()) {
      models.putIfAbsent(JsonMaps.string(event.data(), "model"), news.time());
    }
    if (event.type().equals(JobEventFactory.STARTED)) {
      // As it is run: the worker knows the defaults.
      JobCost work = JobCost.of(JsonMaps.object(event.data(), "request"), estimateConfig);
      update(job, known -> known.withEvent(news).withCost(work));
    } else {
      update(job, known -> known.withEvent(news));
    }
  }

  /** The models that jobs were drawn with, and since when. */
  public synchronized Map<String, Instant> models() {
    return new TreeMap<>(models);
  }

  /** Forgets jobs that workers were done with before the gateway began and that have no end. */
  public synchronized void dropStale() {
    for (JobSnapshot job : List.copyOf(doneJobs)) {
      if (!job.isEnded()) {
        remove(job);
      }
    }
  }

  /** The job, if it is among those kept. */
  public synchronized Optional<JobSnapshot> find(String id) {
    return Optional.ofNullable(jobs.get(id));
  }

  /** The jobs that workers have still to do with, oldest first. */
  public synchronized List<JobSnapshot> openJobs() {
    return List.copyOf(openJobs);
  }

  /**
   * Jobs of a kind, newest first.
   *
   * @param from only older ones than this
   */
  public synchronized List<JobSnapshot> list(
      Predicate<JobSnapshot> kind, JobSnapshot from, int most) {
    List<JobSnapshot> found = new ArrayList<>();
    found.addAll(newest(openJobs.headSet(from, false), kind, most));
    found.addAll(newest(doneJobs.headSet(from, false), kind, most));
    return found.stream().sorted(JobSnapshot.BY_AGE.reversed()).limit(most).toList();
  }

  /**
   * Watches a job: the watcher is called with what is known now, if anything, and after every
   * change, and must not block.
   *
   * @return ends the watch
   */
  public synchronized Runnable watch(String id, Consumer<JobSnapshot> watcher) {
    watchers.computeIfAbsent(id, any -> new ArrayList<>()).add(watcher);
    find(id).ifPresent(watcher);
    return () -> unwatch(id, watcher);
  }

  private synchronized void unwatch(String id, Consumer<JobSnapshot> watcher) {
    List<Consumer<JobSnapshot>> those = watchers.getOrDefault(id, new ArrayList<>());
    those.remove(watcher);
    if (those.isEmpty()) {
      watchers.remove(id);
    }
  }

  private void update(JobSnapshot before, UnaryOperator<JobSnapshot> change) {
    JobSnapshot after = change.apply(before);
    remove(before);
    jobs.put(after.id(), after);
    (after.isOpen() ? openJobs : doneJobs).add(after);
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
      NavigableSet<JobSnapshot> jobs, Predicate<JobSnapshot> kind, int most) {
    return jobs.descendingSet().stream().filter(kind).limit(most).toList();
  }
}
