package dev.sanaq.overhead;

import dev.sanaq.overhead.process.StorageKind;
import dev.sanaq.overhead.process.WorkerUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much is measured, by system properties; see load-tests/overhead/README.md.
 *
 * @param workers the workers, which take turns
 * @param storages what the images are put on
 * @param runs how often each worker is measured
 * @param warmUp jobs before anything counts, so that compilers have done their work
 * @param jobs jobs of the full queue
 * @param pacedTime how long the times are taken
 * @param rate jobs a second while the times are taken; without it half of what the full queue gave
 * @param report where the tables go, if anywhere: a path without extension
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
    List<WorkerUnderTest> contenders = new ArrayList<>();
    if (!Boolean.getBoolean("overhead.alone")) {
      contenders.add(WorkerUnderTest.own());
    }
    String other = System.getProperty("overhead.worker", "");
    if (!other.isEmpty()) {
      contenders.add(WorkerUnderTest.parse(other));
    }
    return new OverheadPlan(
        contenders,
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
