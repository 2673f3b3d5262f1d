package dev.sanaq.scaling;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A pool of workers under a demand, second by second: jobs in partitions, cold starts, batches of
 * one batch key, workers that drain before they exit, and the {@link Autoscaler}. Not thread-safe.
 */
final class Simulation {
  private final Demand demand;
  private final Autoscaler autoscaler;
  private final SimulationSettings settings;
  private final Random random;
  private final List<Deque<Job>> partitions = new ArrayList<>();
  private final List<Pod> pods = new ArrayList<>();
  private final SimulationResult.Builder result = new SimulationResult.Builder();
  private int nextJob;
  private int rebalancingUntil;
  private int membersHash;

  private record Job(int number, double at, double work, int batchKey) {}

  private static final class Pod {
    private final double readyAt;
    private List<Job> batch = List.of();
    private double busyUntil;
    private boolean terminating;
    private List<Deque<Job>> assignment = List.of();

    private Pod(double readyAt) {
      this.readyAt = readyAt;
    }

    private boolean isBusy(double now) {
      return !batch.isEmpty() && busyUntil > now;
    }
  }

  private Simulation(Demand demand, SimulationSettings settings, long seed) {
    this.demand = demand;
    this.settings = settings;
    this.autoscaler = new Autoscaler(settings.autoscaler(), settings.sync());
    this.random = new Random(seed);
    for (int i = 0; i < settings.autoscaler().partitions(); i++) {
      partitions.add(new ArrayDeque<>());
    }
  }

  /** Runs until all jobs have ended and no pod is left, at most four hours past the demand. */
  static SimulationResult run(Demand demand, SimulationSettings settings, long seed) {
    Simulation simulation = new Simulation(demand, settings, seed);
    int now = 0;
    while (now < demand.seconds()
        || (simulation.isUnfinished() && now < demand.seconds() + 14_400)) {
      simulation.step(now++);
    }
    return simulation.result.build(simulation.lag(), demand.jobs().size());
  }

  private boolean isUnfinished() {
    return lag() > 0 || !pods.isEmpty();
  }

  private void step(int now) {
    arrive(now);
    finish(now);
    scale(now);
    rebalance(now);
    if (now >= rebalancingUntil) {
      pods.forEach(pod -> startBatch(pod, now));
    }
    long busy = pods.stream().filter(pod -> pod.isBusy(now)).count();
    result.recordSecond(pods.size(), (int) busy, lag());
  }

  private void arrive(int now) {
    for (; nextJob < demand.jobs().size() && demand.jobs().get(nextJob).at() <= now; nextJob++) {
      Demand.Job job = demand.jobs().get(nextJob);
      partitions
          .get(random.nextInt(partitions.size()))
          .add(new Job(nextJob, job.at(), job.work(), job.batchKey()));
    }
  }

  private void finish(int now) {
    for (Pod pod : pods) {
      if (!pod.batch.isEmpty() && pod.busyUntil <= now) {
        pod.batch.forEach(job -> result.recordEnd(pod.busyUntil - job.at()));
        pod.batch = List.of();
      }
    }
    pods.removeIf(pod -> pod.terminating && pod.batch.isEmpty());
  }

  private void scale(int now) {
    List<Pod> remaining = pods.stream().filter(pod -> !pod.terminating).toList();
    int desired = autoscaler.desiredReplicas(now, remaining.size(), lag(), backlog(now));
    for (int more = remaining.size(); more < desired; more++) {
      // Starts differ: a node may have the container image, or the node itself has to start.
      double start = settings.coldStart() * (0.6 + 0.8 * random.nextDouble());
      pods.add(new Pod(now + start));
      result.recordStart();
    }
    if (desired < remaining.size()) {
      Comparator<Pod> order =
          settings.deletionCost()
              ? Comparator.comparing((Pod pod) -> pod.readyAt <= now)
                  .thenComparing(pod -> pod.isBusy(now))
              : Comparator.comparing((Pod pod) -> pod.readyAt <= now);
      remaining.stream()
          .sorted(order)
          .limit(remaining.size() - desired)
          .forEach(
              pod -> {
                pod.terminating = true;
                result.recordTermination(pod.isBusy(now));
              });
    }
  }

  /** Assigns the partitions to the ready workers; a change of members stops all for some time. */
  private void rebalance(int now) {
    List<Pod> ready = pods.stream().filter(pod -> !pod.terminating && pod.readyAt <= now).toList();
    int hash = ready.hashCode();
    if (hash == membersHash) {
      return;
    }
    membersHash = hash;
    rebalancingUntil = now + settings.rebalance();
    pods.forEach(pod -> pod.assignment = List.of());
    ready.forEach(pod -> pod.assignment = new ArrayList<>());
    for (int i = 0; i < partitions.size() && !ready.isEmpty(); i++) {
      ready.get(i % ready.size()).assignment.add(partitions.get(i));
    }
  }

  /** Starts a batch: the oldest job of the pod's partitions, and others with its batch key. */
  private void startBatch(Pod pod, int now) {
    if (!pod.batch.isEmpty() || pod.terminating || pod.assignment.isEmpty()) {
      return;
    }
    List<Job> queued = new ArrayList<>();
    pod.assignment.forEach(queued::addAll);
    if (queued.isEmpty()) {
      return;
    }
    queued.sort(Comparator.comparingDouble(Job::at));
    int batchKey = queued.get(0).batchKey();
    List<Job> batch =
        queued.stream().filter(job -> job.batchKey() == batchKey).limit(settings.batch()).toList();
    for (Job job : batch) {
      pod.assignment.forEach(partition -> partition.removeIf(job::equals));
      result.recordWait(now - job.at());
    }
    pod.batch = batch;
    pod.busyUntil = now + batch.stream().mapToDouble(Job::work).sum();
  }

  private long lag() {
    long lag = 0;
    for (Deque<Job> partition : partitions) {
      lag += partition.size();
    }
    for (Pod pod : pods) {
      lag += pod.batch.size();
    }
    return lag;
  }

  private double backlog(int now) {
    double seconds = 0;
    for (Deque<Job> partition : partitions) {
      for (Job job : partition) {
        seconds += job.work();
      }
    }
    for (Pod pod : pods) {
      seconds += pod.batch.isEmpty() ? 0 : Math.max(0, pod.busyUntil - now);
    }
    return seconds;
  }
}
