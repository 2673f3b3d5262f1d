package dev.sanaq.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.Processes;
import dev.sanaq.faults.Services;
import dev.sanaq.manifests.ScalingNumbers;
import dev.sanaq.scaling.Autoscaler;
import dev.sanaq.scaling.SmallPool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/**
 * The simulation against a real run: workers as processes, a real broker, jobs that take two
 * seconds each, and the same autoscaler above both. In every build a few jobs; with {@code -Pload}
 * more.
 */
class PoolIT {
  private static final boolean LONG = System.getProperty("load", "short").equals("long");
  private static final int JOBS = LONG ? 60 : 8;
  private static final double WORK = 2;
  private static final int BATCH = 2;
  private static final int SYNC = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @Test
  void theSimulationSaysWhatARealPoolDoes() throws Exception {
    List<Double> due = due();
    try (Processes processes = new Processes("pool")) {
      Services services = Services.start(processes, PATIENCE);
      try (KafkaLoad load = new KafkaLoad(services.bootstrapServers())) {
        int partitions = load.partitions();
        ScalingNumbers numbers = numbers(partitions);
        try (RealPool pool =
            new RealPool(processes, config(services), new Autoscaler(numbers, SYNC), partitions)) {
          Wave wave = run(load, pool, due);
          SmallPool.Result simulated =
              SmallPool.simulate(due, WORK, numbers, SYNC, pool.coldStart(), BATCH);
          report(wave, pool, simulated);
          assertThat(wave.count("completed")).as("jobs completed").isEqualTo(JOBS);
          assertThat(pool.most()).isEqualTo(simulated.mostPods());
          assertClose(wave.time(0.5), simulated.time50());
          assertClose(wave.time(0.95), simulated.time95());
        }
      }
    }
  }

  // A factor of two and some seconds: this machine may have other things to do.
  private static void assertClose(double real, double simulated) {
    assertThat(real).isBetween(simulated / 2 - 5, simulated * 2 + 5);
  }

  private static Wave run(KafkaLoad load, RealPool pool, List<Double> due) throws Exception {
    Wave wave = new Wave("pool", due);
    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> load.send(wave, "slow"));
    long began = System.nanoTime();
    int now = 0;
    while (!wave.await(Duration.ZERO) || pool.size() > 0) {
      pool.step(now++);
      assertThat(System.nanoTime() - began).as("all jobs end").isLessThan(PATIENCE.toNanos());
      long left = began + now * 1_000_000_000L - System.nanoTime();
      Thread.sleep(Math.max(0, left / 1_000_000));
    }
    sending.get();
    return wave;
  }

  /** A burst, a pause in which the pool shrinks, and some more. */
  private static List<Double> due() {
    List<Double> due = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      due.add(i < JOBS * 2 / 3 ? i * 0.5 : JOBS * 0.75 + 10 + i * 0.5);
    }
    return due;
  }

  private static ScalingNumbers numbers(int partitions) {
    return new ScalingNumbers(4, 1_000_000, 1, 8, 3, 100, 1, 3, 6, 100, 3, partitions);
  }

  private static void report(Wave wave, RealPool pool, SmallPool.Result simulated)
      throws IOException {
    String table =
        String.format(
            Locale.ROOT,
            """
            | %d jobs of %.0f s, at most 3 workers, cold start %.1f s | real | simulated |
            |---|---:|---:|
            | time p50, s | %.1f | %.1f |
            | time p95, s | %.1f | %.1f |
            | workers at most | %d | %d |
            | worker seconds | %.0f | %.0f |
            """,
            JOBS,
            WORK,
            pool.coldStart(),
            wave.time(0.5),
            simulated.time50(),
            wave.time(0.95),
            simulated.time95(),
            pool.most(),
            simulated.mostPods(),
            pool.podSeconds(),
            simulated.podSeconds());
    System.out.println(table);
    String file = System.getProperty("pool.report", "");
    if (!file.isEmpty()) {
      String head =
          "# The simulation against a real pool%n%n%s, %d cores, load average %s at the end; by `PoolIT`, see [load-tests/scaling](../scaling/README.md). Workers are processes of their own; the cold start is the measured one.%n%n"
              .formatted(
                  LocalDate.now(ZoneOffset.UTC),
                  Runtime.getRuntime().availableProcessors(),
                  Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
      Files.writeString(Path.of(file), head + table, StandardCharsets.UTF_8);
    }
  }

  private static Map<String, String> config(Services services) {
    Map<String, String> config = services.config();
    config.put("sanaq.worker.batch-size", String.valueOf(BATCH));
    config.put("sanaq.worker.drain-grace", "PT30S");
    return config;
  }
}
