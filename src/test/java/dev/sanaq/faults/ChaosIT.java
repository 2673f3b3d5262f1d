package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Workers killed, a broker restarted, a storage that fails in every way, partitions that move, and
 * all the while requests: in the end every one of them has its one answer.
 */
class ChaosIT {
  private static final Scale SCALE = Scale.chosen();
  private static final int REQUESTS = SCALE.of(300, 10_000);
  private static final int WORKERS = SCALE.of(2, 3);
  private static final int ROUNDS = SCALE.of(1, 12);
  private static final Duration CHAOS = Duration.ofSeconds(SCALE.of(40, 600));
  private static final Duration CALM = Duration.ofSeconds(SCALE.of(120, 900));

  private final Random random = new Random(Scale.seed());
  private final Report report = new Report("Workers, broker and storage under faults");

  @Test
  void everyRequestHasExactlyOneAnswerAndEveryPictureIsThere() {
    long began = System.nanoTime();
    try (Processes processes = new Processes("chaos");
        Cluster cluster = new Cluster(processes, random.nextLong())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (Workers workers =
              new Workers(WORKERS, port -> Workers.serve(processes, config, checkpoint, port));
          Ledger ledger = new Ledger(cluster.bootstrapServers());
          Reader reader = new Reader(cluster.bootstrapServers())) {
        long seed = random.nextLong();
        Chaos chaos = new Chaos(cluster, workers, random, CHAOS, ROUNDS);
        CompletableFuture<Void> faults = CompletableFuture.runAsync(chaos);
        send(ledger, Mix.of(REQUESTS, new Random(seed)), chaos, faults);
        faults.orTimeout(CHAOS.toSeconds(), TimeUnit.SECONDS).join();
        awaitAnswers(ledger, reader);
        Audit audit = Audit.of(ledger, reader, cluster.storage(), Audit.FAULTS);
        report.line("seconds", Duration.ofNanos(System.nanoTime() - began).toSeconds());
        chaos.tell(report);
        ledger.tell(report);
        audit.tell(report);
        report.print();
        assertThat(audit.findings()).as("findings; see target/faults/chaos").isEmpty();
      }
    }
  }

  // In bursts and as far as the faults have come, so that workers are busy whatever happens.
  private static void send(
      Ledger ledger, List<Asked> mix, Chaos chaos, CompletableFuture<Void> faults) {
    Random bursts = new Random(mix.size());
    int next = 0;
    while (next < mix.size()) {
      double share = (double) next / mix.size();
      Await.until(CHAOS, "the next fault", () -> chaos.progress() >= share || faults.isDone());
      int burst = Math.min(mix.size() - next, 1 + bursts.nextInt(30));
      mix.subList(next, next + burst).forEach(ledger::send);
      next += burst;
    }
  }

  /** Nothing more can come: the group has committed all, and no transaction is open. */
  private static void awaitAnswers(Ledger ledger, Reader reader) {
    try {
      reader.readUntil(
          CALM,
          () -> "%d endings, lag %d".formatted(reader.endings().size(), reader.lag()),
          () -> ledger.isMet(reader.endings(), reader.letters()));
      reader.readUntil(
          CALM, () -> "lag %d".formatted(reader.lag()), () -> reader.lag() == 0 && reader.atEnd());
    } catch (AssertionError e) {
      // The audit tells which ones are missing.
      System.out.println(e.getMessage());
    }
  }
}
