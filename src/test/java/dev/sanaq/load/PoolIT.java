package dev.sanaq.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.ScaledObjectSettings;
import dev.sanaq.scaling.Autoscaler;
import dev.sanaq.scaling.PoolSimulation;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.testing.report.MachineInfo;
import dev.sanaq.testing.report.ResultPage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The simulation compared with a real run: workers as processes, a real broker, jobs of two seconds
 * each, and the same autoscaler for both. In every build a few jobs; with {@code -Pload} more.
 */
@Tag("slow") // starts a broker, S3 and workers with two-second jobs as processes
class PoolIT {
  private static final boolean LONG = System.getProperty("load", "short").equals("long");
  private static final int JOBS = LONG ? 60 : 8;
  private static final double JOB_SECONDS = 2;
  private static final int BATCH_SIZE = 2;
  private static final int SYNC_SECONDS = 3;
  private static final Duration TIMEOUT = Duration.ofMinutes(4);

  @Test
  void simulation_againstRealPool_predictsSizeAndTimes() throws Exception {
    List<Double> due = dueTimes();
    try (TestProcesses processes = new TestProcesses("pool")) {
      ServiceProcesses services = ServiceProcesses.start(processes, TIMEOUT);
      try (KafkaLoadGenerator load = new KafkaLoadGenerator(services.bootstrapServers())) {
        int partitions = load.partitionCount();
        ScaledObjectSettings settings = settings(partitions);
        try (RealWorkerPool pool =
            new RealWorkerPool(
                processes, config(services), new Autoscaler(settings, SYNC_SECONDS), partitions)) {
          LoadWave wave = run(load, pool, due);
          PoolSimulation.Result simulated =
              PoolSimulation.simulate(
                  due, JOB_SECONDS, settings, SYNC_SECONDS, pool.coldStart(), BATCH_SIZE);
          report(wave, pool, simulated);
          assertThat(wave.count("completed")).as("jobs completed").isEqualTo(JOBS);
          assertThat(pool.maxSize()).isEqualTo(simulated.maxPods());
          assertClose(wave.latencyQuantile(0.5), simulated.timeP50());
          assertClose(wave.latencyQuantile(0.95), simulated.timeP95());
        }
      }
    }
  }

  // Within a factor of two and some seconds, because the machine may be busy.
  private static void assertClose(double real, double simulated) {
    assertThat(real).isBetween(simulated / 2 - 5, simulated * 2 + 5);
  }

  private static LoadWave run(KafkaLoadGenerator load, RealWorkerPool pool, List<Double> due)
      throws Exception {
    LoadWave wave = new LoadWave("pool", due);
    CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> load.send(wave, "slow"));
    long startNanos = System.nanoTime();
    int now = 0;
    while (!wave.await(Duration.ZERO) || pool.size() > 0) {
      pool.step(now++);
      assertThat(System.nanoTime() - startNanos).as("all jobs end").isLessThan(TIMEOUT.toNanos());
      Pause.untilNanoTime(startNanos + now * 1_000_000_000L);
    }
    sending.get();
    return wave;
  }

  /** A burst, a pause in which the pool shrinks, and some more. */
  private static List<Double> dueTimes() {
    List<Double> due = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      due.add(i < JOBS * 2 / 3 ? i * 0.5 : JOBS * 0.75 + 10 + i * 0.5);
    }
    return due;
  }

  private static ScaledObjectSettings settings(int partitions) {
    return new ScaledObjectSettings(4, 1_000_000, 1, 8, 3, 100, 1, 3, 6, 100, 3, partitions);
  }

  private static void report(LoadWave wave, RealWorkerPool pool, PoolSimulation.Result simulated) {
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
            JOB_SECONDS,
            pool.coldStart(),
            wave.latencyQuantile(0.5),
            simulated.timeP50(),
            wave.latencyQuantile(0.95),
            simulated.timeP95(),
            pool.maxSize(),
            simulated.maxPods(),
            pool.podSeconds(),
            simulated.podSeconds());
    System.out.println(table);
    String file = System.getProperty("pool.report", "");
    if (!file.isEmpty()) {
      ResultPage.write(
          Path.of(file),
          "The simulation compared with a real pool",
          MachineInfo.summary() + "\n\n" + table);
    }
  }

  private static Map<String, String> config(ServiceProcesses services) {
    Map<String, String> config = services.config();
    config.put("sanaq.worker.batch-size", String.valueOf(BATCH_SIZE));
    config.put("sanaq.worker.shutdown-timeout", "PT30S");
    return config;
  }
}
