package dev.sanaq.load;

import dev.sanaq.faults.process.FaultyWorker;
import dev.sanaq.scaling.Autoscaler;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * A pool of worker processes whose size follows the autoscaler: it reads the group's lag every
 * second as KEDA does, starts workers, and stops them with SIGTERM. Not thread-safe.
 */
final class RealWorkerPool implements AutoCloseable {
  private static final String GROUP = "sanaq-workers";

  private final TestProcesses processes;
  private final Map<String, String> config;
  private final Autoscaler autoscaler;
  private final Admin admin;
  private final Set<TopicPartition> partitions;
  private final List<StartedWorker> pool = new ArrayList<>();
  private final List<Double> coldStarts = new ArrayList<>();
  private final List<ManagedProcess> terminating = new ArrayList<>();
  private double podSeconds;
  private int maxSize;

  private static final class StartedWorker {
    private final ManagedProcess process;
    private final long startNanos = System.nanoTime();
    private boolean ready;

    private StartedWorker(ManagedProcess process) {
      this.process = process;
    }
  }

  RealWorkerPool(
      TestProcesses processes,
      Map<String, String> config,
      Autoscaler autoscaler,
      int partitionCount) {
    this.processes = processes;
    this.config = config;
    this.autoscaler = autoscaler;
    this.admin =
        Admin.create(
            Map.of("bootstrap.servers", config.getOrDefault("kafka.bootstrap.servers", "")));
    this.partitions =
        java.util.stream.IntStream.range(0, partitionCount)
            .mapToObj(i -> new TopicPartition("sanaq.requests", i))
            .collect(Collectors.toSet());
  }

  /** Reads the lag and changes the size of the pool accordingly. */
  void step(int now) throws Exception {
    terminating.removeIf(process -> !process.isAlive());
    recordColdStarts();
    int desired = autoscaler.desiredReplicas(now, pool.size(), lag(), 0);
    while (pool.size() < desired) {
      pool.add(
          new StartedWorker(
              processes.startTestMain(
                  "pool",
                  List.of("-Xmx200m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                  config,
                  FaultyWorker.class)));
    }
    while (pool.size() > desired) {
      ManagedProcess last = pool.remove(pool.size() - 1).process;
      last.terminate();
      terminating.add(last);
    }
    podSeconds += pool.size() + terminating.size();
    maxSize = Math.max(maxSize, pool.size());
  }

  /** Returns the mean seconds from a worker's start to its readiness. */
  double coldStart() {
    return coldStarts.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }

  double podSeconds() {
    return podSeconds;
  }

  int maxSize() {
    return maxSize;
  }

  int size() {
    return pool.size();
  }

  @Override
  public void close() {
    pool.forEach(started -> started.process.terminate());
    pool.forEach(started -> started.process.exitCode(Duration.ofSeconds(60)));
    admin.close();
  }

  private void recordColdStarts() {
    for (StartedWorker started : pool) {
      if (!started.ready && started.process.output().contains(FaultyWorker.READY_LINE)) {
        started.ready = true;
        coldStarts.add((System.nanoTime() - started.startNanos) / 1e9);
      }
    }
  }

  private long lag() throws Exception {
    var ends =
        admin
            .listOffsets(
                partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
            .all()
            .get();
    var committed =
        admin.listConsumerGroupOffsets(GROUP).partitionsToOffsetAndMetadata(GROUP).get();
    long lag = 0;
    for (TopicPartition partition : partitions) {
      var offset = committed.get(partition);
      var end = ends.get(partition);
      lag += (end == null ? 0 : end.offset()) - (offset == null ? 0 : offset.offset());
    }
    return lag;
  }
}
