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
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests that hurt whoever draws them. */
class PoisonIT {
  private static final Duration TIMEOUT = Duration.ofSeconds(120);
  private static final int FOLLOWING_REQUESTS = 10;

  @Test
  void poisonRequest_failsAfterThreeAttempts_othersComplete() {
    try (TestProcesses processes = new TestProcesses("poison");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
      ledger.send(TestRequests.request("poison", "abort", Set.of("failed:crashed")));
      IntStream.range(0, FOLLOWING_REQUESTS)
          .forEach(i -> ledger.send(TestRequests.good("behind-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        reader.readUntil(
            TIMEOUT,
            () ->
                "%d of %d ended after %d workers: %s"
                    .formatted(
                        reader.terminalEvents().size(),
                        FOLLOWING_REQUESTS + 1,
                        workers.startCount(),
                        reader.terminalEvents()),
            () -> {
              assertThat(workers.exited().size()).as("workers killed by it").isLessThanOrEqualTo(3);
              return reader.terminalEvents().size() >= FOLLOWING_REQUESTS + 1
                  && reader.lag() == 0
                  && reader.isAtEnd();
            });
        report(reader, workers);
        assertThat(DeliveryAudit.of(ledger, reader, cluster.storage(), Set.of()).findings())
            .isEmpty();
        assertThat(reader.terminalEventsOf("poison"))
            .singleElement()
            .satisfies(end -> assertThat(end.attempts()).isEqualTo(3));
        assertThat(deaths(workers)).as("workers that it killed").isEqualTo(3);
      }
    }
  }

  @Test
  void outOfMemoryRequest_failsAlone_workerSurvives() {
    try (TestProcesses processes = new TestProcesses("heap");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
      ledger.send(TestRequests.request("large", "oom", Set.of("failed:out_of_memory")));
      IntStream.range(0, FOLLOWING_REQUESTS)
          .forEach(i -> ledger.send(TestRequests.good("behind-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        reader.readUntil(
            TIMEOUT,
            () -> "all ended: " + reader.terminalEvents(),
            () ->
                reader.terminalEvents().size() >= FOLLOWING_REQUESTS + 1
                    && reader.lag() == 0
                    && reader.isAtEnd());
        assertThat(DeliveryAudit.of(ledger, reader, cluster.storage(), Set.of()).findings())
            .isEmpty();
        assertThat(workers.exited()).isEmpty();
      }
    }
  }

  private static long deaths(WorkerPool workers) {
    List<ManagedProcess> ended = workers.exited();
    assertThat(ended).allSatisfy(w -> assertThat(w.output()).contains("SIGSEGV"));
    return ended.size();
  }

  private static void report(EventCollector reader, WorkerPool workers) {
    FaultReport report = new FaultReport("A request that aborts the JVM");
    report.line("workers killed by it", workers.exited().size());
    report.line("crashed events", reader.terminalEventsOf("poison").size());
    report.line(
        "requests behind it, drawn",
        reader.terminalEvents().stream().filter(end -> end.outcome().equals("completed")).count());
    report.line("requests lost", FOLLOWING_REQUESTS + 1 - reader.terminalEvents().size());
    report.print();
  }
}
