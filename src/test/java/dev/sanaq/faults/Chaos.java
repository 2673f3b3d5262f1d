package dev.sanaq.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does to a cluster and its workers, one after the other and in random order, what a year does. It
 * ends with everything as it should be; only the workers that died last may still be starting.
 */
final class Chaos implements Runnable {
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration BOOT = Duration.ofSeconds(15);
  private static final Duration LONGEST_FAULT = Duration.ofSeconds(5);
  private static final int HITS = 5;

  private final Cluster cluster;
  private final Workers workers;
  private final Random random;
  private final Duration length;
  private final List<Deed> plan = new ArrayList<>();
  private final Map<String, Integer> done = new TreeMap<>();
  private final AtomicInteger begun = new AtomicInteger();

  /** A thing to do, and what to call it in the table. */
  private record Deed(String name, Runnable work) {}

  /**
   * @param length how long all of it takes, about
   * @param rounds how often every kind of fault happens; workers are killed six times as often
   */
  Chaos(Cluster cluster, Workers workers, Random random, Duration length, int rounds) {
    this.cluster = cluster;
    this.workers = workers;
    this.random = random;
    this.length = length;
    for (int i = 0; i < rounds; i++) {
      plan(i);
    }
    Collections.shuffle(plan, random);
  }

  /** What was done so far. */
  void tell(Report report) {
    done.forEach(report::line);
    report.line("workers started in all", workers.starts());
    report.line("requests to S3 hit by a fault", cluster.faulty().hit());
  }

  /** How much of it has begun, from 0 to 1. */
  double progress() {
    return (double) begun.get() / plan.size();
  }

  @Override
  public void run() {
    Duration beat = length.dividedBy(plan.size());
    for (Deed deed : plan) {
      begun.incrementAndGet();
      long began = System.nanoTime();
      deed.work().run();
      done.merge(deed.name(), 1, Integer::sum);
      long jitter = beat.toMillis() / 2 + random.nextInt(Math.max(1, (int) beat.toMillis()));
      long left = jitter - (System.nanoTime() - began) / 1_000_000;
      if (left > 0) {
        Await.pause(Duration.ofMillis(left));
      }
    }
    cluster.awaitBroker();
    cluster.awaitStorage();
  }

  private void plan(int round) {
    for (int i = 0; i < 6; i++) {
      plan.add(new Deed("workers killed", this::killWorker));
    }
    plan.add(new Deed("workers stopped, their partitions moved", this::stopWorker));
    plan.add(
        round % 2 == 0
            ? new Deed("broker killed and restarted", this::killBroker)
            : new Deed("broker stopped and restarted", this::stopBroker));
    plan.add(new Deed("S3 killed and restarted", this::killStorage));
    plan.add(storage("S3 not listening", new S3Fault.Stopped()));
    plan.add(
        storage("S3 answering 503 and 500", new S3Fault.Refuse(round % 2 == 0 ? 503 : 500, 0.5)));
    plan.add(storage("S3 answering 403", new S3Fault.Refuse(403, 0.2)));
    plan.add(storage("S3 slow", new S3Fault.Slow(Duration.ofMillis(300))));
    plan.add(storage("S3 answers cut in the middle", new S3Fault.Cut(0.3)));
    plan.add(storage("S3 uploads corrupted", new S3Fault.Corrupt(0.3)));
  }

  // For as long as it takes to hurt somebody, and not for ever where nobody asks.
  private Deed storage(String name, S3Fault fault) {
    return new Deed(
        name,
        () -> {
          awaitReady();
          int before = cluster.faulty().hit();
          long began = System.nanoTime();
          cluster.faulty().now(fault);
          Await.pause(Duration.ofMillis(500 + random.nextInt(1500)));
          while (cluster.faulty().hit() - before < HITS
              && System.nanoTime() - began < LONGEST_FAULT.toNanos()) {
            Await.pause(LOOK);
          }
          cluster.faulty().now(new S3Fault.Pass());
        });
  }

  private void killWorker() {
    anyWorker().kill();
  }

  private void stopWorker() {
    anyWorker().terminate();
  }

  // The next deeds happen while it starts: workers die while the broker is away, too.
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

  private void killStorage() {
    cluster.killStorage();
    Await.pause(Duration.ofMillis(500));
    cluster.startStorage();
    cluster.awaitStorage();
  }

  // One that works, if one does in time: to be killed while it starts hurts nobody.
  private Managed anyWorker() {
    List<Managed> ready = awaitReady();
    List<Managed> among = ready.isEmpty() ? workers.running() : ready;
    return among.get(random.nextInt(among.size()));
  }

  /** Those that work, once one does; none where none does in time. */
  private List<Managed> awaitReady() {
    long until = System.nanoTime() + BOOT.toNanos();
    List<Managed> ready = workers.ready();
    while (ready.isEmpty() && System.nanoTime() - until < 0) {
      Await.pause(LOOK);
      ready = workers.ready();
    }
    return ready;
  }
}
