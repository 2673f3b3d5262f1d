package dev.sanaq.overhead;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How much is measured, by system properties; see load-tests/overhead/README.md.
 *
 * @param contenders the workers, which take turns
 * @param storages what the pictures are put on
 * @param runs how often each worker is measured
 * @param warmUp jobs before anything counts, so that compilers have done their work
 * @param jobs jobs of the full queue
 * @param pacedTime how long the times are taken
 * @param rate jobs a second while the times are taken; without it half of what the full queue gave
 * @param report where the tables go, if anywhere: a path without extension
 */
record Plan(
    List<Contender> contenders,
    List<Storage> storages,
    int runs,
    int warmUp,
    int jobs,
    Duration pacedWarmUp,
    Duration pacedTime,
    Optional<Integer> rate,
    Optional<String> report) {

  static Plan chosen() {
    boolean isLong = System.getProperty("overhead", "short").equals("long");
    List<Contender> contenders = new ArrayList<>();
    if (!Boolean.getBoolean("overhead.alone")) {
      contenders.add(Contender.own());
    }
    String other = System.getProperty("overhead.worker", "");
    if (!other.isEmpty()) {
      contenders.add(Contender.of(other));
    }
    return new Plan(
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

  private static List<Storage> storages(String names) {
    return Arrays.stream(names.split(","))
        .map(name -> Storage.valueOf(name.strip().toUpperCase(java.util.Locale.ROOT)))
        .toList();
  }
}
