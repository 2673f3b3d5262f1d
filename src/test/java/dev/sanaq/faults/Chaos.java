package dev.sanaq.faults;

import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.process.BrokerQuorum;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.storage.S3Fault;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Injects the faults of a year of operation into a cluster and its workers, one after the other, in
 * random order. In the end broker and S3 run without faults; the workers that were killed last may
 * still be starting.
 */
final class Chaos implements Runnable {
  private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
  private static final Duration STARTUP_TIMEOUT = Duration.ofSeconds(15);
  private static final Duration MAX_FAULT_DURATION = Duration.ofSeconds(5);
  private static final Duration FREEZE = Duration.ofSeconds(8);
  private static final int MIN_HITS = 5;
  private static final List<String> LEADERS =
      List.of("__transaction_state", "__consumer_offsets", "sanaq.events", "sanaq.requests");

  private final Cluster cluster;
  private final WorkerPool workers;
  private final Random random;
  private final Duration duration;
  private final List<Action> plan = new ArrayList<>();
  private final Map<String, Integer> executed = new TreeMap<>();
  private final AtomicInteger started = new AtomicInteger();
  private CompletableFuture<Void> frozen = CompletableFuture.completedFuture(null);

  /** A fault, with its name in the table. */
  private record Action(String name, Runnable work) {}

  /**
   * @param duration the approximate duration of all faults
   * @param rounds how often every kind of fault occurs; workers are killed six times as often
   */
  Chaos(Cluster cluster, WorkerPool workers, Random random, Duration duration, int rounds) {
    this.cluster = cluster;
    this.workers = workers;
    this.random = random;
    this.duration = duration;
    for (int i = 0; i < rounds; i++) {
      plan(i);
    }
    Collections.shuffle(plan, random);
  }

  /** Adds the faults so far to the table. */
  void reportTo(FaultReport report) {
    executed.forEach(report::line);
    report.line("workers started in all", workers.startCount());
    report.line("requests to S3 hit by a fault", cluster.faultyS3().hitCount());
  }

  /** Returns the share of faults that have started, from 0 to 1. */
  double progress() {
    return (double) started.get() / plan.size();
  }

  @Override
  public void run() {
    Duration interval = duration.dividedBy(plan.size());
    for (Action action : plan) {
      started.incrementAndGet();
      long startNanos = System.nanoTime();
      action.work().run();
      executed.merge(action.name(), 1, Integer::sum);
      long period =
          interval.toMillis() / 2 + random.nextInt(Math.max(1, (int) interval.toMillis()));
      long left = period - (System.nanoTime() - startNanos) / 1_000_000;
      if (left > 0) {
        Pause.of(Duration.ofMillis(left));
      }
    }
    frozen.join();
    cluster.awaitBroker();
    cluster.awaitStorage();
  }

  private void plan(int round) {
    for (int i = 0; i < 6; i++) {
      plan.add(new Action("workers killed", this::killWorker));
    }
    plan.add(new Action("workers stopped, their partitions moved", this::stopWorker));
    plan.add(new Action("workers frozen and continued", this::freezeWorker));
    plan.add(
        round % 2 == 0
            ? new Action("Kafka killed and restarted", this::killBroker)
            : new Action("Kafka stopped and restarted", this::stopBroker));
    if (cluster.brokers() instanceof BrokerQuorum quorum) {
      plan.add(new Action("leading broker killed and restarted", () -> killLeader(quorum)));
    }
    plan.add(new Action("S3 killed and restarted", this::killStorage));
    plan.add(storageFault("S3 not listening", new S3Fault.Stopped()));
    plan.add(
        storageFault(
            "S3 answering 503 and 500", new S3Fault.Refuse(round % 2 == 0 ? 503 : 500, 0.5)));
    plan.add(storageFault("S3 answering 403", new S3Fault.Refuse(403, 0.2)));
    plan.add(storageFault("S3 full", new S3Fault.Full(507, "XMinioStorageFull")));
    plan.add(storageFault("S3 slow", new S3Fault.Slow(Duration.ofMillis(300))));
    plan.add(storageFault("S3 answers cut in the middle", new S3Fault.Cut(0.3)));
    plan.add(storageFault("S3 uploads corrupted", new S3Fault.Corrupt(0.3)));
  }

  // Until some requests were hit, or at most five seconds if there are too few requests.
  private Action storageFault(String name, S3Fault fault) {
    return new Action(
        name,
        () -> {
          awaitReady();
          int before = cluster.faultyS3().hitCount();
          long startNanos = System.nanoTime();
          cluster.faultyS3().setFault(fault);
          Pause.of(Duration.ofMillis(500 + random.nextInt(1500)));
          while (cluster.faultyS3().hitCount() - before < MIN_HITS
              && System.nanoTime() - startNanos < MAX_FAULT_DURATION.toNanos()) {
            Pause.of(POLL_INTERVAL);
          }
          cluster.faultyS3().setFault(new S3Fault.Pass());
        });
  }

  private void killWorker() {
    anyWorker().kill();
  }

  private void stopWorker() {
    anyWorker().terminate();
  }

  // One at a time, and for longer than a member of the group may be silent: others get its
  // partitions. The next faults occur meanwhile.
  private void freezeWorker() {
    frozen.join();
    ManagedProcess worker = anyWorker();
    Duration time = FREEZE.plus(Duration.ofMillis(random.nextInt((int) FREEZE.toMillis())));
    worker.suspend();
    frozen =
        CompletableFuture.runAsync(
            () -> {
              Pause.of(time);
              worker.resume();
            });
  }

  // The next faults occur while the broker starts, so that workers also die during an outage.
  private void killBroker() {
    cluster.awaitBroker();
    cluster.killBroker();
    cluster.startBroker();
  }

  private void stopBroker() {
    cluster.awaitBroker();
    cluster.stopBroker();
    cluster.startBroker();
  }

  // The other brokers take over while it is away.
  private void killLeader(BrokerQuorum quorum) {
    cluster.awaitBroker();
    quorum.awaitInSync();
    quorum.killLeader(LEADERS.get(random.nextInt(LEADERS.size())), 0);
    Pause.of(Duration.ofMillis(1000 + random.nextInt(2000)));
    cluster.startBroker();
  }

  private void killStorage() {
    cluster.killStorage();
    Pause.of(Duration.ofMillis(500));
    cluster.startStorage();
    cluster.awaitStorage();
  }

  // A ready worker if there is one in time: killing a worker that still starts tests little.
  private ManagedProcess anyWorker() {
    List<ManagedProcess> ready = awaitReady();
    List<ManagedProcess> candidates = ready.isEmpty() ? workers.running() : ready;
    return candidates.get(random.nextInt(candidates.size()));
  }

  /** Waits for a ready worker and returns the ready ones; empty after the timeout. */
  private List<ManagedProcess> awaitReady() {
    long deadline = System.nanoTime() + STARTUP_TIMEOUT.toNanos();
    List<ManagedProcess> ready = workers.ready();
    while (ready.isEmpty() && System.nanoTime() - deadline < 0) {
      Pause.of(POLL_INTERVAL);
      ready = workers.ready();
    }
    return ready;
  }
}
