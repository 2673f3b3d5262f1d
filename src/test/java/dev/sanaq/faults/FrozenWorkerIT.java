package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.Pause;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A worker that is suspended while it runs jobs, as a paused virtual machine or a host without
 * memory does, and that continues when others have done its jobs.
 */
@Tag("slow") // starts a broker, S3 and two workers with two-second jobs as processes
class FrozenWorkerIT {
  private static final int JOBS = FaultScale.fromSystemProperty().of(4, 20);
  private static final Duration FROZEN =
      Duration.ofSeconds(FaultScale.fromSystemProperty().of(0, 60));
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final int BURST = 4;

  @Test
  void frozenWorker_itsJobsEndElsewhere_itsLateResultsAreDropped_itWorksAgain() {
    try (TestProcesses processes = new TestProcesses("frozen-worker");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      IntStream.range(0, JOBS)
          .forEach(
              i -> producer.send(TestRequests.request("job-" + i, "slow", Set.of("completed"))));
      ManagedProcess frozen =
          WorkerPool.startFaultyWorker(processes, config(cluster, "frozen-worker"));
      collector.readUntil(
          TIMEOUT,
          () -> "no job has started\n" + frozen.output(),
          () -> !collector.startCounts().isEmpty());
      frozen.suspend();
      long frozenSince = System.nanoTime();
      ManagedProcess other =
          WorkerPool.startFaultyWorker(processes, config(cluster, "other-worker"));
      collector.awaitAnswers(producer, TIMEOUT, frozen::name);
      long redone = redone(collector);
      Pause.of(FROZEN.minusNanos(Math.min(FROZEN.toNanos(), System.nanoTime() - frozenSince)));
      long frozenSeconds = Duration.ofNanos(System.nanoTime() - frozenSince).toSeconds();
      frozen.resume();

      sendBurst(producer, "both-");
      collector.awaitAnswers(producer, TIMEOUT, frozen::name);
      // It ends these jobs only after it has dealt with the results of its old ones.
      other.kill();
      sendBurst(producer, "alone-");
      collector.awaitAnswers(producer, TIMEOUT, frozen::name);
      DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
      FaultReport report = new FaultReport("A worker frozen for a time");
      report.line("seconds frozen", frozenSeconds);
      report.line("jobs started a second time elsewhere", redone);
      producer.reportTo(report);
      audit.reportTo(report);
      report.print();
      assertThat(audit.findings()).isEmpty();
      assertThat(redone).as("jobs that ran when the worker was frozen").isPositive();
      assertThat(collector.terminalEvents())
          .filteredOn(end -> end.job().startsWith("alone-"))
          .hasSize(BURST)
          .allMatch(end -> end.worker().equals("frozen-worker"));
      assertThat(frozen.isAlive()).isTrue();
    }
  }

  private static Map<String, String> config(Cluster cluster, String id) {
    Map<String, String> config = new TreeMap<>(WorkerSettings.of(cluster));
    config.put("sanaq.worker.id", id);
    return config;
  }

  private static void sendBurst(TrackingProducer producer, String prefix) {
    IntStream.range(0, BURST).forEach(i -> producer.send(TestRequests.valid(prefix + i)));
  }

  private static long redone(EventCollector collector) {
    return collector.startCounts().values().stream().filter(count -> count > 1).count();
  }
}
