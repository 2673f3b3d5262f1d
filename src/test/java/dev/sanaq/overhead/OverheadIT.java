package dev.sanaq.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.overhead.process.CpuTimes;
import dev.sanaq.overhead.process.RunTopics;
import dev.sanaq.overhead.process.StorageKind;
import dev.sanaq.overhead.process.TestBed;
import dev.sanaq.overhead.process.WorkerUnderTest;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The service with a model that answers at once. In every build a few hundred jobs, which all have
 * to end; with {@code -Poverhead} enough of them to measure.
 */
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
    OverheadReport summary = new OverheadReport(plan, results);
    System.out.println(summary.table());
    plan.report().ifPresent(file -> summary.write(Path.of(file)));
    assertThat(results.values()).allSatisfy(runs -> assertThat(runs).isNotEmpty());
  }

  // While a queue is full compilers get hardly any processor: between waves they catch up.
  private static void warmUp(LoadGenerator load, String name, int jobs)
      throws InterruptedException {
    for (int sent = 0; sent < jobs; sent += WAVE_SIZE) {
      load.burst(name + sent, Math.min(WAVE_SIZE, jobs - sent));
      Thread.sleep(JIT_PAUSE.toMillis());
    }
  }

  private static int jobs(double rate, Duration time) {
    return (int) Math.max(1, rate * time.toSeconds());
  }

  private static List<Measurement> measure(OverheadPlan plan, StorageKind storage)
      throws InterruptedException {
    List<Measurement> measured = new ArrayList<>();
    try (TestProcesses processes = new TestProcesses("overhead")) {
      TestBed stand = new TestBed(processes, storage);
      for (int run = 1; run <= plan.runs(); run++) {
        for (WorkerUnderTest contender : plan.workers()) {
          RunTopics topics = new RunTopics(contender.name() + "-" + run);
          Measurement one = measure(plan, processes, stand, contender, topics);
          System.out.printf("%s, run %d: %s%n", storage, run, one);
          measured.add(one);
        }
      }
    }
    return measured;
  }

  private static Measurement measure(
      OverheadPlan plan,
      TestProcesses processes,
      TestBed stand,
      WorkerUnderTest contender,
      RunTopics topics)
      throws InterruptedException {
    topics.create(stand.bootstrapServers());
    ManagedProcess worker = contender.start(processes, stand, topics);
    try (LoadGenerator load = new LoadGenerator(stand.bootstrapServers(), topics)) {
      String run = topics.run();
      warmUp(load, run + "-warm", plan.warmUp());
      CpuTimes before = CpuTimes.now(worker, stand);
      double jobsPerSecond = load.burst(run + "-burst", plan.jobs()).jobsPerSecond();
      CpuTimes used = CpuTimes.now(worker, stand).since(before);
      double rate = plan.rate().map(Integer::doubleValue).orElse(jobsPerSecond / 2);
      // Few jobs at a time take other ways through the program than many: compilers begin anew.
      load.paced(run + "-warm-paced", jobs(rate, plan.pacedWarmUp()), rate);
      OverheadWave times = load.paced(run + "-paced", jobs(rate, plan.pacedTime()), rate);
      return new Measurement(
          contender.name(),
          jobsPerSecond,
          Measurement.Cpu.of(used, plan.jobs()),
          rate,
          times.latencyQuantile(0.5),
          times.latencyQuantile(0.99),
          times.latencyQuantile(0.999));
    } finally {
      worker.terminate();
      worker.exitCode(STOP_TIMEOUT);
    }
  }
}
