package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.Kubelet;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.manifests.PodTermination;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A pod's end as Kubernetes brings it about: preStop, SIGTERM, grace period, SIGKILL. */
class PodEndIT {
  private static final int JOBS = 12;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void pod_withinGracePeriod_exitsItself_runsNothingTwice() {
    PodTermination terms = PodTermination.ofWorker();
    Kubelet.Termination end = terminateMidRun("pod-end", terms, 1);
    assertThat(end.killed()).as("killed").isFalse();
    assertThat(end.exitCode()).isIn(0, 143);
    assertThat(end.duration()).isLessThan(terms.gracePeriod());
  }

  @Test
  void pod_pastGracePeriod_isKilled_losesNothing() {
    Kubelet.Termination end =
        terminateMidRun("pod-kill", new PodTermination(Duration.ZERO, Duration.ofMillis(500)), 2);
    assertThat(end.killed()).as("killed").isTrue();
    assertThat(end.exitCode()).isEqualTo(137);
  }

  /** Ends a worker that draws, lets another do the rest, and counts. */
  private static Kubelet.Termination terminateMidRun(
      String name, PodTermination terms, int mostStarts) {
    try (TestProcesses processes = new TestProcesses(name);
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.worker.shutdown-timeout", "PT30S");
      // Each takes two seconds, so that a batch is never nearly done when the order comes.
      IntStream.range(0, JOBS)
          .forEach(i -> ledger.send(TestRequests.request("job-" + i, "slow", Set.of("completed"))));
      ManagedProcess first = WorkerPool.startFaultyWorker(processes, config);
      reader.readUntil(
          TIMEOUT,
          () -> "a job begins: %s\n%s".formatted(reader.startCounts(), first.output()),
          () -> !reader.startCounts().isEmpty());
      Kubelet.Termination end = Kubelet.terminate(first, terms);
      reader.readUntil(TIMEOUT, () -> "nothing is left open", reader::isAtEnd);
      int finished = reader.terminalEvents().size();
      try (WorkerPool next =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        reader.readUntil(
            TIMEOUT,
            () -> "%d of %d ended".formatted(reader.terminalEvents().size(), JOBS),
            () -> reader.terminalEvents().size() >= JOBS && reader.lag() == 0 && reader.isAtEnd());
      }
      report(end, finished, reader);
      assertThat(finished).as("ended by the first worker").isLessThan(JOBS);
      assertThat(reader.startCounts().values()).allMatch(starts -> starts <= mostStarts);
      assertThat(DeliveryAudit.of(ledger, reader, cluster.storage(), Set.of()).findings())
          .isEmpty();
      return end;
    }
  }

  private static void report(Kubelet.Termination end, int finished, EventCollector reader) {
    FaultReport report =
        new FaultReport(end.killed() ? "A pod that is killed" : "A pod that ends in time");
    report.line("jobs", JOBS);
    report.line("ended by the pod that had to go", finished);
    report.line("exit code", end.exitCode());
    report.line("milliseconds from the decision to the end", end.duration().toMillis());
    report.line(
        "jobs begun more than once",
        reader.startCounts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - reader.terminalEvents().size());
    report.print();
  }
}
