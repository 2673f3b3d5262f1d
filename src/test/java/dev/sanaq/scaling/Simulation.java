package dev.sanaq.scaling;

import dev.sanaq.manifests.ScaledObjectSettings;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * A pool of workers under a demand, second by second: jobs in partitions, workers that start cold,
 * take their partitions' jobs in batches of one shape, drain when they have to go, and the {@link
 * Autoscaler} above them.
 */
final class Simulation {
  private final Demand demand;
  private final Autoscaler autoscaler;
  private final Setup setup;
  private final Random random;
  private final List<Deque<Job>> partitions = new ArrayList<>();
  private final List<Pod> pods = new ArrayList<>();
  private final SimulationResult.Builder outcome = new SimulationResult.Builder();
  private int nextJob;
  private int rebalancingUntil;
  private int membersHash;

  /**
   * The world that it runs in.
   *
   * @param numbers the policy
   * @param sync seconds between the autoscaler's decisions
   * @param coldStart seconds from the wish for a pod to its readiness, on average
   * @param rebalance seconds without work for all, whenever the members change
   * @param batch jobs drawn together at most
   * @param deletionCost whether idle pods go first
   */
  record Setup(
      ScaledObjectSettings numbers,
      int sync,
      double coldStart,
      int rebalance,
      int batch,
      boolean deletionCost) {
    /** As the manifests have it, with an assumed cold start of two and a half minutes. */
    static Setup ofManifests() {
      return new Setup(ScaledObjectSettings.ofManifests(), 15, 150, 3, 8, true);
    }

    Setup with(ScaledObjectSettings other) {
      return new Setup(other, sync, coldStart, rebalance, batch, deletionCost);
    }
  }

  private record Job(int number, double at, double work, int shape) {}

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

  private Simulation(Demand demand, Setup setup, long seed) {
    this.demand = demand;
    this.setup = setup;
    this.autoscaler = new Autoscaler(setup.numbers(), setup.sync());
    this.random = new Random(seed);
    for (int i = 0; i < setup.numbers().partitions(); i++) {
      partitions.add(new ArrayDeque<>());
    }
  }

  /** Runs until the demand is over, everything is drawn and no pod is left, or four hours more. */
  static SimulationResult run(Demand demand, Setup setup, long seed) {
    Simulation simulation = new Simulation(demand, setup, seed);
    int now = 0;
    while (now < demand.seconds()
        || (simulation.isUnfinished() && now < demand.seconds() + 14_400)) {
      simulation.step(now++);
    }
    return simulation.outcome.build(simulation.lag(), demand.jobs().size());
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
    outcome.recordSecond(pods.size(), (int) busy, lag());
  }

  private void arrive(int now) {
    for (; nextJob < demand.jobs().size() && demand.jobs().get(nextJob).at() <= now; nextJob++) {
      Demand.Job job = demand.jobs().get(nextJob);
      partitions
          .get(random.nextInt(partitions.size()))
          .add(new Job(nextJob, job.at(), job.work(), job.shape()));
    }
  }

  private void finish(int now) {
    for (Pod pod : pods) {
      if (!pod.batch.isEmpty() && pod.busyUntil <= now) {
        pod.batch.forEach(job -> outcome.recordEnd(pod.busyUntil - job.at()));
        pod.batch = List.of();
      }
    }
    pods.removeIf(pod -> pod.terminating && pod.batch.isEmpty());
  }

  private void scale(int now) {
    List<Pod> staying = pods.stream().filter(pod -> !pod.terminating).toList();
    int wanted = autoscaler.desiredReplicas(now, staying.size(), lag(), backlog(now));
    for (int more = staying.size(); more < wanted; more++) {
      // Starts differ: a node may have the image, or have to be made first.
      double start = setup.coldStart() * (0.6 + 0.8 * random.nextDouble());
      pods.add(new Pod(now + start));
      outcome.recordStart();
    }
    if (wanted < staying.size()) {
      Comparator<Pod> order =
          setup.deletionCost()
              ? Comparator.comparing((Pod pod) -> pod.readyAt <= now)
                  .thenComparing(pod -> pod.isBusy(now))
              : Comparator.comparing((Pod pod) -> pod.readyAt <= now);
      staying.stream()
          .sorted(order)
          .limit(staying.size() - wanted)
          .forEach(
              pod -> {
                pod.terminating = true;
                outcome.recordTermination(pod.isBusy(now));
              });
    }
  }

  /** Partitions go round among those who are ready and stay; a change stops all for a moment. */
  private void rebalance(int now) {
    List<Pod> ready = pods.stream().filter(pod -> !pod.terminating && pod.readyAt <= now).toList();
    int shape = ready.hashCode();
    if (shape == membersHash) {
      return;
    }
    membersHash = shape;
    rebalancingUntil = now + setup.rebalance();
    pods.forEach(pod -> pod.assignment = List.of());
    ready.forEach(pod -> pod.assignment = new ArrayList<>());
    for (int i = 0; i < partitions.size() && !ready.isEmpty(); i++) {
      ready.get(i % ready.size()).assignment.add(partitions.get(i));
    }
  }

  /** The oldest job of the pod's partitions, and others of its shape. */
  private void startBatch(Pod pod, int now) {
    if (!pod.batch.isEmpty() || pod.terminating || pod.assignment.isEmpty()) {
      return;
    }
    List<Job> waiting = new ArrayList<>();
    pod.assignment.forEach(waiting::addAll);
    if (waiting.isEmpty()) {
      return;
    }
    waiting.sort(Comparator.comparingDouble(Job::at));
    int shape = waiting.get(0).shape();
    List<Job> batch =
        waiting.stream().filter(job -> job.shape() == shape).limit(setup.batch()).toList();
    for (Job job : batch) {
      pod.assignment.forEach(partition -> partition.removeIf(job::equals));
      outcome.recordWait(now - job.at());
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
