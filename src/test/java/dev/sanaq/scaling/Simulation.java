package dev.sanaq.scaling;

import dev.sanaq.manifests.ScalingNumbers;
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
  private final Outcome.Builder outcome = new Outcome.Builder();
  private int next;
  private int balancedUntil;
  private int members;

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
      ScalingNumbers numbers,
      int sync,
      double coldStart,
      int rebalance,
      int batch,
      boolean deletionCost) {
    /** As the manifests have it, with an assumed cold start of two and a half minutes. */
    static Setup ofManifests() {
      return new Setup(ScalingNumbers.ofManifests(), 15, 150, 3, 8, true);
    }

    Setup with(ScalingNumbers other) {
      return new Setup(other, sync, coldStart, rebalance, batch, deletionCost);
    }
  }

  private record Job(int number, double at, double work, int shape) {}

  private static final class Pod {
    private final double readyAt;
    private List<Job> batch = List.of();
    private double busyUntil;
    private boolean leaving;
    private List<Deque<Job>> own = List.of();

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
  static Outcome run(Demand demand, Setup setup, long seed) {
    Simulation simulation = new Simulation(demand, setup, seed);
    int now = 0;
    while (now < demand.seconds() || (simulation.isOpen() && now < demand.seconds() + 14_400)) {
      simulation.step(now++);
    }
    return simulation.outcome.build(simulation.lag(), demand.jobs().size());
  }

  private boolean isOpen() {
    return lag() > 0 || !pods.isEmpty();
  }

  private void step(int now) {
    arrive(now);
    finish(now);
    scale(now);
    balance(now);
    if (now >= balancedUntil) {
      pods.forEach(pod -> work(pod, now));
    }
    long busy = pods.stream().filter(pod -> pod.isBusy(now)).count();
    outcome.second(pods.size(), (int) busy, lag());
  }

  private void arrive(int now) {
    for (; next < demand.jobs().size() && demand.jobs().get(next).at() <= now; next++) {
      Demand.Job job = demand.jobs().get(next);
      partitions
          .get(random.nextInt(partitions.size()))
          .add(new Job(next, job.at(), job.work(), job.shape()));
    }
  }

  private void finish(int now) {
    for (Pod pod : pods) {
      if (!pod.batch.isEmpty() && pod.busyUntil <= now) {
        pod.batch.forEach(job -> outcome.ended(pod.busyUntil - job.at()));
        pod.batch = List.of();
      }
    }
    pods.removeIf(pod -> pod.leaving && pod.batch.isEmpty());
  }

  private void scale(int now) {
    List<Pod> staying = pods.stream().filter(pod -> !pod.leaving).toList();
    int wanted = autoscaler.size(now, staying.size(), lag(), backlog(now));
    for (int more = staying.size(); more < wanted; more++) {
      // Starts differ: a node may have the image, or have to be made first.
      double start = setup.coldStart() * (0.6 + 0.8 * random.nextDouble());
      pods.add(new Pod(now + start));
      outcome.started();
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
                pod.leaving = true;
                outcome.sentAway(pod.isBusy(now));
              });
    }
  }

  /** Partitions go round among those who are ready and stay; a change stops all for a moment. */
  private void balance(int now) {
    List<Pod> ready = pods.stream().filter(pod -> !pod.leaving && pod.readyAt <= now).toList();
    int shape = ready.hashCode();
    if (shape == members) {
      return;
    }
    members = shape;
    balancedUntil = now + setup.rebalance();
    pods.forEach(pod -> pod.own = List.of());
    ready.forEach(pod -> pod.own = new ArrayList<>());
    for (int i = 0; i < partitions.size() && !ready.isEmpty(); i++) {
      ready.get(i % ready.size()).own.add(partitions.get(i));
    }
  }

  /** The oldest job of the pod's partitions, and others of its shape. */
  private void work(Pod pod, int now) {
    if (!pod.batch.isEmpty() || pod.leaving || pod.own.isEmpty()) {
      return;
    }
    List<Job> waiting = new ArrayList<>();
    pod.own.forEach(waiting::addAll);
    if (waiting.isEmpty()) {
      return;
    }
    waiting.sort(Comparator.comparingDouble(Job::at));
    int shape = waiting.get(0).shape();
    List<Job> batch =
        waiting.stream().filter(job -> job.shape() == shape).limit(setup.batch()).toList();
    for (Job job : batch) {
      pod.own.forEach(partition -> partition.removeIf(job::equals));
      outcome.begun(now - job.at());
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
