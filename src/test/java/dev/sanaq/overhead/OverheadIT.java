package dev.sanaq.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.Managed;
import dev.sanaq.faults.Processes;
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
  private static final int WAVE = 1000;
  private static final Duration COMPILING = Duration.ofSeconds(1);
  private static final Duration STOPPING = Duration.ofSeconds(60);

  @Test
  void everyJobEndsAndWhatThatCostsIsMeasured() throws InterruptedException {
    Plan plan = Plan.chosen();
    Map<Storage, List<Measurement>> results = new LinkedHashMap<>();
    for (Storage storage : plan.storages()) {
      results.put(storage, measure(plan, storage));
    }
    Summary summary = new Summary(plan, results);
    System.out.println(summary.table());
    plan.report().ifPresent(file -> summary.write(Path.of(file)));
    assertThat(results.values()).allSatisfy(runs -> assertThat(runs).isNotEmpty());
  }

  // While a queue is full compilers get hardly any processor: between waves they catch up.
  private static void warmUp(Load load, String name, int jobs) throws InterruptedException {
    for (int sent = 0; sent < jobs; sent += WAVE) {
      load.burst(name + sent, Math.min(WAVE, jobs - sent));
      Thread.sleep(COMPILING.toMillis());
    }
  }

  private static int jobs(double rate, Duration time) {
    return (int) Math.max(1, rate * time.toSeconds());
  }

  private static List<Measurement> measure(Plan plan, Storage storage) throws InterruptedException {
    List<Measurement> measured = new ArrayList<>();
    try (Processes processes = new Processes("overhead")) {
      Stand stand = new Stand(processes, storage);
      for (int run = 1; run <= plan.runs(); run++) {
        for (Contender contender : plan.contenders()) {
          Topics topics = new Topics(contender.name() + "-" + run);
          Measurement one = measure(plan, processes, stand, contender, topics);
          System.out.printf("%s, run %d: %s%n", storage, run, one);
          measured.add(one);
        }
      }
    }
    return measured;
  }

  private static Measurement measure(
      Plan plan, Processes processes, Stand stand, Contender contender, Topics topics)
      throws InterruptedException {
    topics.create(stand.bootstrapServers());
    Managed worker = contender.start(processes, stand, topics);
    try (Load load = new Load(stand.bootstrapServers(), topics)) {
      String run = topics.run();
      warmUp(load, run + "-warm", plan.warmUp());
      CpuTimes before = CpuTimes.now(worker, stand);
      double jobsPerSecond = load.burst(run + "-burst", plan.jobs()).jobsPerSecond();
      CpuTimes used = CpuTimes.now(worker, stand).since(before);
      double rate = plan.rate().map(Integer::doubleValue).orElse(jobsPerSecond / 2);
      // Few jobs at a time take other ways through the program than many: compilers begin anew.
      load.paced(run + "-warm-paced", jobs(rate, plan.pacedWarmUp()), rate);
      Wave times = load.paced(run + "-paced", jobs(rate, plan.pacedTime()), rate);
      return new Measurement(
          contender.name(),
          jobsPerSecond,
          Measurement.Cpu.of(used, plan.jobs()),
          rate,
          times.latency(0.5),
          times.latency(0.99),
          times.latency(0.999));
    } finally {
      worker.terminate();
      worker.exitCode(STOPPING);
    }
  }
}
