package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Requests that hurt whoever draws them. */
class PoisonIT {
  private static final Duration PATIENCE = Duration.ofSeconds(120);
  private static final int BEHIND = 10;

  @Test
  void aRequestThatAbortsTheProgramIsTriedThreeTimesAndThoseBehindItAreDrawn() {
    try (Processes processes = new Processes("poison");
        Cluster cluster = new Cluster(processes, Scale.seed());
        Ledger ledger = new Ledger(cluster.bootstrapServers());
        Reader reader = new Reader(cluster.bootstrapServers())) {
      ledger.send(Prompts.ask("poison", "abort", Set.of("failed:crashed")));
      IntStream.range(0, BEHIND).forEach(i -> ledger.send(Prompts.good("behind-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (Workers workers = new Workers(1, port -> Workers.faulty(processes, config))) {
        reader.readUntil(
            PATIENCE,
            () ->
                "%d of %d ended after %d workers: %s"
                    .formatted(
                        reader.endings().size(), BEHIND + 1, workers.starts(), reader.endings()),
            () -> {
              assertThat(workers.ended().size()).as("workers killed by it").isLessThanOrEqualTo(3);
              return reader.endings().size() >= BEHIND + 1 && reader.lag() == 0 && reader.atEnd();
            });
        report(reader, workers);
        assertThat(Audit.of(ledger, reader, cluster.storage(), Set.of()).findings()).isEmpty();
        assertThat(reader.endingsOf("poison"))
            .singleElement()
            .satisfies(end -> assertThat(end.attempts()).isEqualTo(3));
        assertThat(deaths(workers)).as("workers that it killed").isEqualTo(3);
      }
    }
  }

  @Test
  void aRequestThatIsTooMuchForTheHeapFailsAloneAndTheWorkerLives() {
    try (Processes processes = new Processes("heap");
        Cluster cluster = new Cluster(processes, Scale.seed());
        Ledger ledger = new Ledger(cluster.bootstrapServers());
        Reader reader = new Reader(cluster.bootstrapServers())) {
      ledger.send(Prompts.ask("large", "oom", Set.of("failed:out_of_memory")));
      IntStream.range(0, BEHIND).forEach(i -> ledger.send(Prompts.good("behind-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (Workers workers = new Workers(1, port -> Workers.faulty(processes, config))) {
        reader.readUntil(
            PATIENCE,
            () -> "all ended: " + reader.endings(),
            () -> reader.endings().size() >= BEHIND + 1 && reader.lag() == 0 && reader.atEnd());
        assertThat(Audit.of(ledger, reader, cluster.storage(), Set.of()).findings()).isEmpty();
        assertThat(workers.ended()).isEmpty();
      }
    }
  }

  private static long deaths(Workers workers) {
    List<Managed> ended = workers.ended();
    assertThat(ended).allSatisfy(w -> assertThat(w.output()).contains("SIGSEGV"));
    return ended.size();
  }

  private static void report(Reader reader, Workers workers) {
    Report report = new Report("A request that aborts the JVM");
    report.line("workers killed by it", workers.ended().size());
    report.line("crashed events", reader.endingsOf("poison").size());
    report.line(
        "requests behind it, drawn",
        reader.endings().stream().filter(end -> end.how().equals("completed")).count());
    report.line("requests lost", BEHIND + 1 - reader.endings().size());
    report.print();
  }
}
