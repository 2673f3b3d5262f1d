package dev.sanaq.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.overhead.process.CpuTimes;
import dev.sanaq.overhead.process.RunTopics;
import dev.sanaq.overhead.process.StorageKind;
import dev.sanaq.overhead.process.TestBed;
import dev.sanaq.overhead.process.WorkerUnderTest;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The service with a model that answers at once. In every build a few hundred jobs, all of which
 * must complete; with {@code -Poverhead} enough of them to measure.
 */
@Tag("slow") // starts a broker, S3 and a worker as processes, and warms up the JIT compiler
class OverheadIT {
  private static final int WAVE_SIZE = 1000;
  private static final Duration JIT_PAUSE = Duration.ofSeconds(1);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);

  @Test
  void instantModel_allJobsComplete_overheadIsMeasured() throws InterruptedException {
    OverheadPlan plan = OverheadPlan.fromSystemProperties();
    Map<StorageKind, List<Measurement>> results = new LinkedHashMap<>();
    for (StorageKind storage : plan.storages()) {
      results.put(storage, measure(plan, storage));
    }
    OverheadReport report = new OverheadReport(plan, results);
    System.out.println(report.table());
    plan.report().ifPresent(file -> report.write(Path.of(file)));
    assertThat(results.values()).allSatisfy(runs -> assertThat(runs).isNotEmpty());
  }

  // A full queue leaves hardly any CPU time for the JIT compiler: it catches up between waves.
  private static void warmUp(LoadGenerator load, String name, int jobs)
      throws InterruptedException {
    for (int sent = 0; sent < jobs; sent += WAVE_SIZE) {
      load.burst(name + sent, Math.min(WAVE_SIZE, jobs - sent));
      Pause.of(JIT_PAUSE);
    }
  }

  private static int jobs(double rate, Duration duration) {
    return (int) Math.max(1, rate * duration.toSeconds());
  }

  private static List<Measurement> measure(OverheadPlan plan, StorageKind storage)
      throws InterruptedException {
    List<Measurement> measured = new ArrayList<>();
    try (TestProcesses processes = new TestProcesses("overhead")) {
      TestBed testBed = new TestBed(processes, storage);
      for (int run = 1; run <= plan.runs(); run++) {
        for (WorkerUnderTest worker : plan.workers()) {
          RunTopics topics = new RunTopics(worker.name() + "-" + run);
          Measurement measurement = measure(plan, processes, testBed, worker, topics);
          System.out.printf("%s, run %s: %s%n", storage, run, measurement);
          measured.add(measurement);
        }
      }
    }
    return measured;
  }

  private static Measurement measure(
      OverheadPlan plan,
      TestProcesses processes,
      TestBed testBed,
      WorkerUnderTest worker,
      RunTopics topics)
      throws InterruptedException {
    topics.create(testBed.bootstrapServers());
    ManagedProcess process = worker.start(processes, testBed, topics);
    try (LoadGenerator load = new LoadGenerator(testBed.bootstrapServers(), topics)) {
      String run = topics.run();
      warmUp(load, run + "-warm", plan.warmUp());
      CpuTimes before = CpuTimes.now(process, testBed);
      double jobsPerSecond = load.burst(run + "-burst", plan.jobs()).jobsPerSecond();
      CpuTimes used = CpuTimes.now(process, testBed).since(before);
      double rate = plan.rate().map(Integer::doubleValue).orElse(jobsPerSecond / 2);
      // Single jobs take other code paths than full batches, which the JIT compiler has to compile.
      load.paced(run + "-warm-paced", jobs(rate, plan.pacedWarmUp()), rate);
      OverheadWave latencies = load.paced(run + "-paced", jobs(rate, plan.pacedTime()), rate);
      return new Measurement(
          worker.name(),
          jobsPerSecond,
          Measurement.Cpu.of(used, plan.jobs()),
          rate,
          latencies.latencyQuantile(0.5),
          latencies.latencyQuantile(0.99),
          latencies.latencyQuantile(0.999));
    } finally {
      process.terminate();
      process.exitCode(STOP_TIMEOUT);
    }
  }
}
