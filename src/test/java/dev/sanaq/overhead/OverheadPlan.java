package dev.sanaq.overhead;

import dev.sanaq.overhead.process.StorageKind;
import dev.sanaq.overhead.process.WorkerUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The size of a measurement, from system properties; see load-tests/overhead/README.md.
 *
 * @param workers the workers, which take turns
 * @param storages the S3 servers
 * @param runs how often each worker is measured
 * @param warmUp jobs before the measurement, so that the JIT compiler is done
 * @param jobs jobs of the full queue
 * @param pacedWarmUp how long jobs arrive at the rate before latencies count
 * @param pacedTime how long latencies are measured
 * @param rate jobs per second while latencies are measured; by default half of the throughput
 * @param report the path of the page without extension, if one is written
 */
record OverheadPlan(
    List<WorkerUnderTest> workers,
    List<StorageKind> storages,
    int runs,
    int warmUp,
    int jobs,
    Duration pacedWarmUp,
    Duration pacedTime,
    Optional<Integer> rate,
    Optional<String> report) {

  static OverheadPlan fromSystemProperties() {
    boolean isLong = System.getProperty("overhead", "short").equals("long");
    List<WorkerUnderTest> workers = new ArrayList<>();
    if (!Boolean.getBoolean("overhead.alone")) {
      workers.add(WorkerUnderTest.own());
    }
    String other = System.getProperty("overhead.worker", "");
    if (!other.isEmpty()) {
      workers.add(WorkerUnderTest.parse(other));
    }
    return new OverheadPlan(
        workers,
        storages(System.getProperty("overhead.storage", isLong ? "local,memory" : "memory")),
        Integer.getInteger("overhead.runs", isLong ? 3 : 1),
        Integer.getInteger("overhead.warm-up", isLong ? 10_000 : 100),
        Integer.getInteger("overhead.jobs", isLong ? 20_000 : 300),
        Duration.ofSeconds(Integer.getInteger("overhead.warm-up-seconds", isLong ? 100 : 1)),
        Duration.ofSeconds(Integer.getInteger("overhead.seconds", isLong ? 20 : 1)),
        Optional.ofNullable(Integer.getInteger("overhead.rate")),
        Optional.ofNullable(System.getProperty("overhead.report")));
  }

  private static List<StorageKind> storages(String names) {
    return Arrays.stream(names.split(","))
        .map(name -> StorageKind.valueOf(name.strip().toUpperCase(java.util.Locale.ROOT)))
        .toList();
  }
}
