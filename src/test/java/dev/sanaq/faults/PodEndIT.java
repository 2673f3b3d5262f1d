package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.manifests.PodTerms;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A pod's end as Kubernetes brings it about: preStop, SIGTERM, grace period, SIGKILL. */
class PodEndIT {
  private static final int JOBS = 12;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void withinTheGracePeriodOfTheManifestsThePodEndsByItselfAndNothingIsDoneTwice() {
    PodTerms terms = PodTerms.ofWorker();
    Kubelet.End end = endInTheMiddle("pod-end", terms, 1);
    assertThat(end.killed()).as("killed").isFalse();
    assertThat(end.exitCode()).isIn(0, 143);
    assertThat(end.took()).isLessThan(terms.grace());
  }

  @Test
  void whereTheGracePeriodIsNotEnoughThePodIsKilledAndNothingIsLost() {
    Kubelet.End end =
        endInTheMiddle("pod-kill", new PodTerms(Duration.ZERO, Duration.ofMillis(500)), 2);
    assertThat(end.killed()).as("killed").isTrue();
    assertThat(end.exitCode()).isEqualTo(137);
  }

  /** Ends a worker that draws, lets another do the rest, and counts. */
  private static Kubelet.End endInTheMiddle(String name, PodTerms terms, int mostStarts) {
    try (Processes processes = new Processes(name);
        Cluster cluster = new Cluster(processes, Scale.seed());
        Ledger ledger = new Ledger(cluster.bootstrapServers());
        Reader reader = new Reader(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.worker.drain-grace", "PT30S");
      // Each takes two seconds, so that a batch is never nearly done when the order comes.
      IntStream.range(0, JOBS)
          .forEach(i -> ledger.send(Prompts.ask("job-" + i, "slow", Set.of("completed"))));
      Managed first = Workers.faulty(processes, config);
      reader.readUntil(
          PATIENCE,
          () -> "a job begins: %s\n%s".formatted(reader.starts(), first.output()),
          () -> !reader.starts().isEmpty());
      Kubelet.End end = Kubelet.end(first, terms);
      reader.readUntil(PATIENCE, () -> "nothing is left open", reader::atEnd);
      int finished = reader.endings().size();
      try (Workers next = new Workers(1, port -> Workers.faulty(processes, config))) {
        reader.readUntil(
            PATIENCE,
            () -> "%d of %d ended".formatted(reader.endings().size(), JOBS),
            () -> reader.endings().size() >= JOBS && reader.lag() == 0 && reader.atEnd());
      }
      report(end, finished, reader);
      assertThat(finished).as("ended by the first worker").isLessThan(JOBS);
      assertThat(reader.starts().values()).allMatch(starts -> starts <= mostStarts);
      assertThat(Audit.of(ledger, reader, cluster.storage(), Set.of()).findings()).isEmpty();
      return end;
    }
  }

  private static void report(Kubelet.End end, int finished, Reader reader) {
    Report report = new Report(end.killed() ? "A pod that is killed" : "A pod that ends in time");
    report.line("jobs", JOBS);
    report.line("ended by the pod that had to go", finished);
    report.line("exit code", end.exitCode());
    report.line("milliseconds from the decision to the end", end.took().toMillis());
    report.line(
        "jobs begun more than once",
        reader.starts().values().stream().filter(count -> count > 1).count());
    report.line("jobs lost", JOBS - reader.endings().size());
    report.print();
  }
}
