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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The termination of a pod by Kubernetes: preStop, SIGTERM, grace period, SIGKILL. */
@Tag("slow") // starts a broker, S3 and workers with two-second jobs as processes
class PodEndIT {
  private static final int JOBS = 12;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void pod_withinGracePeriod_exitsItself_runsNothingTwice() {
    PodTermination termination = PodTermination.ofWorker();
    Kubelet.Termination end = terminateMidRun("pod-end", termination, 1);
    assertThat(end.killed()).as("killed").isFalse();
    assertThat(end.exitCode()).isIn(0, 143);
    assertThat(end.duration()).isLessThan(termination.gracePeriod());
  }

  @Test
  void pod_pastGracePeriod_isKilled_losesNothing() {
    Kubelet.Termination end =
        terminateMidRun("pod-kill", new PodTermination(Duration.ZERO, Duration.ofMillis(500)), 2);
    assertThat(end.killed()).as("killed").isTrue();
    assertThat(end.exitCode()).isEqualTo(137);
  }

  /** Terminates a worker while it runs jobs, and checks that another one finishes the rest. */
  private static Kubelet.Termination terminateMidRun(
      String name, PodTermination termination, int maxStarts) {
    try (TestProcesses processes = new TestProcesses(name);
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.worker.shutdown-timeout", "PT30S");
      // Each job takes two seconds, so that no batch is nearly done at SIGTERM.
      IntStream.range(0, JOBS)
          .forEach(
              i -> producer.send(TestRequests.request("job-" + i, "slow", Set.of("completed"))));
      ManagedProcess first = WorkerPool.startFaultyWorker(processes, config);
      collector.readUntil(
          TIMEOUT,
          () -> "a job starts: %s\n%s".formatted(collector.startCounts(), first.output()),
          () -> !collector.startCounts().isEmpty());
      Kubelet.Termination end = Kubelet.terminate(first, termination);
      collector.readUntil(TIMEOUT, () -> "a transaction is open", collector::isAtEnd);
      int finished = collector.terminalEvents().size();
      try (WorkerPool next =
          new WorkerPool(1, port -> WorkerPool.startFaultyWorker(processes, config))) {
        collector.readUntil(
            TIMEOUT,
            () -> "%s of %s ended".formatted(collector.terminalEvents().size(), JOBS),
            () ->
                collector.terminalEvents().size() >= JOBS
                    && collector.lag() == 0
                    && collector.isAtEnd());
      }
      report(end, finished, collector);
      assertThat(finished).as("jobs that the first worker finished").isLessThan(JOBS);
      assertThat(collector.startCounts().values()).allMatch(starts -> starts <= maxStarts);
      assertThat(DeliveryAudit.of(producer, collector, cluster.storage(), Set.of()).findings())
          .isEmpty();
      return end;
    }
  }

  private static void report(Kubelet.Termination end, int finished, EventCollector collector) {
    FaultReport report =
        new FaultReport(end.killed() ? "A pod that is killed" : "A pod that exits in time");
    report.line("jobs", JOBS);
    report.line("jobs finished by the terminated pod", finished);
    report.line("exit code", end.exitCode());
    report.line("milliseconds from the decision to the exit", end.duration().toMillis());
    report.line(
        "generations started more than once",
        collector.startCounts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - collector.terminalEvents().size());
    report.print();
  }
}
