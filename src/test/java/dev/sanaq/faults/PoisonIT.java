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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Requests that kill their worker, or that exceed its heap. */
@Tag("slow") // starts a broker, S3 and workers that crash and restart as processes
class PoisonIT {
  /** Four workers start one after the other. */
  private static final Duration TIMEOUT = Duration.ofSeconds(240);

  private static final int FOLLOWING_REQUESTS = 10;

  @Test
  void poisonRequest_failsAfterThreeAttempts_othersComplete() {
    try (TestProcesses processes = new TestProcesses("poison");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      producer.send(TestRequests.request("poison", "abort", Set.of("failed:crashed")));
      IntStream.range(0, FOLLOWING_REQUESTS)
          .forEach(i -> producer.send(TestRequests.valid("following-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        collector.readUntil(
            TIMEOUT,
            () ->
                "%s of %s ended after %s workers: %s"
                    .formatted(
                        collector.terminalEvents().size(),
                        FOLLOWING_REQUESTS + 1,
                        workers.startCount(),
                        collector.terminalEvents()),
            () -> {
              assertThat(workers.exited().size()).as("workers that exited").isLessThanOrEqualTo(3);
              return collector.terminalEvents().size() >= FOLLOWING_REQUESTS + 1
                  && collector.lag() == 0
                  && collector.isAtEnd();
            });
        report(collector, workers);
        assertThat(DeliveryAudit.of(producer, collector, cluster.storage(), Set.of()).findings())
            .isEmpty();
        assertThat(collector.terminalEventsOf("poison"))
            .singleElement()
            .satisfies(end -> assertThat(end.attempts()).isEqualTo(3));
        assertThat(crashes(workers)).as("workers that exited").isEqualTo(3);
      }
    }
  }

  @Test
  void outOfMemoryRequest_failsAlone_workerSurvives() {
    try (TestProcesses processes = new TestProcesses("heap");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      producer.send(TestRequests.request("large", "oom", Set.of("failed:out_of_memory")));
      IntStream.range(0, FOLLOWING_REQUESTS)
          .forEach(i -> producer.send(TestRequests.valid("following-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        collector.readUntil(
            TIMEOUT,
            () -> "all ended: " + collector.terminalEvents(),
            () ->
                collector.terminalEvents().size() >= FOLLOWING_REQUESTS + 1
                    && collector.lag() == 0
                    && collector.isAtEnd());
        assertThat(DeliveryAudit.of(producer, collector, cluster.storage(), Set.of()).findings())
            .isEmpty();
        assertThat(workers.exited()).isEmpty();
      }
    }
  }

  private static long crashes(WorkerPool workers) {
    List<ManagedProcess> exited = workers.exited();
    assertThat(exited).allSatisfy(w -> assertThat(w.output()).contains("SIGSEGV"));
    return exited.size();
  }

  private static void report(EventCollector collector, WorkerPool workers) {
    FaultReport report = new FaultReport("A request that kills the JVM");
    report.line("workers killed by the request", workers.exited().size());
    report.line("crashed events", collector.terminalEventsOf("poison").size());
    report.line(
        "following requests completed",
        collector.terminalEvents().stream()
            .filter(end -> end.outcome().equals("completed"))
            .count());
    report.line("requests lost", FOLLOWING_REQUESTS + 1 - collector.terminalEvents().size());
    report.print();
  }
}
