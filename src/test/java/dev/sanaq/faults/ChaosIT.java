package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.ExpectedRequest;
import dev.sanaq.faults.request.RequestMix;
import dev.sanaq.testing.Eventually;
import dev.sanaq.testing.process.TestProcesses;
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
  private static final FaultScale SCALE = FaultScale.fromSystemProperty();
  private static final int REQUESTS = SCALE.of(300, 10_000);
  private static final int WORKERS = SCALE.of(2, 3);
  private static final int ROUNDS = SCALE.of(1, 12);
  private static final Duration CHAOS_DURATION = Duration.ofSeconds(SCALE.of(40, 600));
  private static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(SCALE.of(120, 900));

  private final Random random = new Random(FaultScale.seed());
  private final FaultReport report = new FaultReport("Workers, broker and storage under faults");

  @Test
  void requests_underFaults_haveExactlyOneAnswerAndTheirImages() {
    long began = System.nanoTime();
    try (TestProcesses processes = new TestProcesses("chaos");
        Cluster cluster = new Cluster(processes, random.nextLong())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
              new WorkerPool(
                  WORKERS, port -> WorkerPool.startWorker(processes, config, checkpoint, port));
          TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
          EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
        long seed = random.nextLong();
        Chaos chaos = new Chaos(cluster, workers, random, CHAOS_DURATION, ROUNDS);
        CompletableFuture<Void> faults = CompletableFuture.runAsync(chaos);
        send(ledger, RequestMix.of(REQUESTS, new Random(seed)), chaos, faults);
        faults.orTimeout(CHAOS_DURATION.toSeconds(), TimeUnit.SECONDS).join();
        awaitAnswers(ledger, reader);
        DeliveryAudit audit =
            DeliveryAudit.of(ledger, reader, cluster.storage(), DeliveryAudit.TOLERATED_FAILURES);
        report.line("seconds", Duration.ofNanos(System.nanoTime() - began).toSeconds());
        chaos.reportTo(report);
        ledger.reportTo(report);
        audit.reportTo(report);
        report.print();
        assertThat(audit.findings()).as("findings; see target/faults/chaos").isEmpty();
      }
    }
  }

  // In bursts and as far as the faults have come, so that workers are busy whatever happens.
  private static void send(
      TrackingProducer ledger,
      List<ExpectedRequest> mix,
      Chaos chaos,
      CompletableFuture<Void> faults) {
    Random bursts = new Random(mix.size());
    int next = 0;
    while (next < mix.size()) {
      double share = (double) next / mix.size();
      Eventually.await("next fault", CHAOS_DURATION)
          .until(() -> chaos.progress() >= share || faults.isDone());
      int burst = Math.min(mix.size() - next, 1 + bursts.nextInt(30));
      mix.subList(next, next + burst).forEach(ledger::send);
      next += burst;
    }
  }

  /** Nothing more can come: the group has committed all, and no transaction is open. */
  private static void awaitAnswers(TrackingProducer ledger, EventCollector reader) {
    try {
      reader.readUntil(
          RECOVERY_TIMEOUT,
          () -> "%d endings, lag %d".formatted(reader.terminalEvents().size(), reader.lag()),
          () -> ledger.isComplete(reader.terminalEvents(), reader.deadLetters()));
      reader.readUntil(
          RECOVERY_TIMEOUT,
          () -> "lag %d".formatted(reader.lag()),
          () -> reader.lag() == 0 && reader.isAtEnd());
    } catch (AssertionError e) {
      // The audit tells which ones are missing.
      System.out.println(e.getMessage());
    }
  }
}
