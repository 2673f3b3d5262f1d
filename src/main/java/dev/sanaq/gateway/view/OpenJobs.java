package dev.sanaq.gateway.view;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Utils;

/**
 * The queued and the running jobs of the view, with the sums that the backlog needs. The requests
 * of the jobs are kept up to a bound; of more jobs only state and cost are. One thread at a time.
 */
final class OpenJobs {
  private final long maxRequestBytes;
  private final JobCost unknownCost;
  private final NavigableSet<JobSnapshot> queued = new TreeSet<>(JobSnapshot.BY_AGE);
  private final NavigableSet<JobSnapshot> running = new TreeSet<>(JobSnapshot.BY_AGE);
  private final Map<JobCost, Integer> queuedByCost = new HashMap<>();
  private long requestBytes;

  /**
   * @param maxRequestBytes the bound of all requests together
   * @param defaultModel the model of jobs of which nothing is known
   */
  OpenJobs(long maxRequestBytes, String defaultModel) {
    this.maxRequestBytes = maxRequestBytes;
    this.unknownCost = JobCost.ofEmptyRequest(defaultModel);
  }

  /** Adds an open job and returns it as it is kept: without the request's fields past the bound. */
  JobSnapshot add(JobSnapshot job) {
    boolean fits = requestBytes + requestBytes(job) <= maxRequestBytes;
    JobSnapshot kept = fits ? job : job.withoutRequestFields();
    requestBytes += requestBytes(kept);
    if (kept.state() == JobState.QUEUED) {
      queued.add(kept);
      queuedByCost.merge(costOf(kept), 1, Integer::sum);
    } else {
      running.add(kept);
    }
    return kept;
  }

  /** Removes a job as {@link #add} returned it; does nothing with another. */
  void remove(JobSnapshot job) {
    if (queued.remove(job)) {
      requestBytes -= requestBytes(job);
      int others = queuedByCost.getOrDefault(costOf(job), 0) - 1;
      if (others > 0) {
        queuedByCost.put(costOf(job), others);
      } else {
        queuedByCost.remove(costOf(job));
      }
    } else if (running.remove(job)) {
      requestBytes -= requestBytes(job);
    }
  }

  /** The open jobs that are older than this one. */
  List<NavigableSet<JobSnapshot>> olderThan(JobSnapshot job) {
    return List.of(queued.headSet(job, false), running.headSet(job, false));
  }

  /** The queued jobs, oldest first. */
  List<JobSnapshot> queued() {
    return List.copyOf(queued);
  }

  /** The running jobs, oldest first. */
  List<JobSnapshot> running() {
    return List.copyOf(running);
  }

  /** The job of the model that was queued first. */
  Optional<JobSnapshot> oldestQueued(String model) {
    return queued.stream().filter(job -> costOf(job).model().equals(model)).findFirst();
  }

  /** How many jobs of each cost are queued. */
  Map<JobCost, Integer> queuedByCost() {
    return Map.copyOf(queuedByCost);
  }

  /** The cost of a job; that of an empty request if nothing is known of it. */
  JobCost costOf(JobSnapshot job) {
    return job.cost() == null ? unknownCost : job.cost();
  }

  private static long requestBytes(JobSnapshot job) {
    return job.submittedRequest() == null ? 0 : Utils.utf8Length(job.submittedRequest().json());
  }
}
