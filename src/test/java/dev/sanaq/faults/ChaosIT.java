package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.BrokerQuorum;
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
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Requests while workers are killed and frozen, brokers restart, S3 fails in every way and
 * partitions move: in the end each request has exactly one answer.
 */
@Tag("slow") // starts workers, a broker and S3 as processes, and injects faults for 40 s
class ChaosIT {
  private static final FaultScale SCALE = FaultScale.fromSystemProperty();
  private static final int REQUESTS = SCALE.of(300, 10_000);
  private static final int BROKERS = 3;
  private static final int WORKERS = SCALE.of(2, 3);
  private static final int ROUNDS = SCALE.of(1, 12);
  private static final Duration CHAOS_DURATION = Duration.ofSeconds(SCALE.of(40, 600));
  private static final Duration RECOVERY_TIMEOUT = Duration.ofSeconds(SCALE.of(120, 900));

  private final Random random = new Random(FaultScale.seed());
  private final FaultReport report = new FaultReport("Workers, broker and storage under faults");

  @Test
  void requests_underFaults_haveExactlyOneAnswerAndTheirImages() {
    long startNanos = System.nanoTime();
    try (TestProcesses processes = new TestProcesses("chaos");
        Cluster cluster = cluster(processes, random.nextLong())) {
      Path checkpoint = TinyCheckpoint.write(processes.folder().resolve("model"));
      Map<String, String> config = WorkerSettings.of(cluster);
      try (WorkerPool workers =
              new WorkerPool(
                  WORKERS, port -> WorkerPool.startWorker(processes, config, checkpoint, port));
          TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
          EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
        long seed = random.nextLong();
        Chaos chaos = new Chaos(cluster, workers, random, CHAOS_DURATION, ROUNDS);
        CompletableFuture<Void> faults = CompletableFuture.runAsync(chaos);
        send(producer, RequestMix.of(REQUESTS, new Random(seed)), chaos, faults);
        faults.orTimeout(CHAOS_DURATION.toSeconds(), TimeUnit.SECONDS).join();
        awaitAnswers(producer, collector);
        DeliveryAudit audit =
            DeliveryAudit.of(
                producer, collector, cluster.storage(), DeliveryAudit.TOLERATED_FAILURES);
        report.line("seconds", Duration.ofNanos(System.nanoTime() - startNanos).toSeconds());
        chaos.reportTo(report);
        producer.reportTo(report);
        audit.reportTo(report);
        report.print();
        assertThat(audit.findings()).as("findings; see target/faults/chaos").isEmpty();
      }
    }
  }

  private static Cluster cluster(TestProcesses processes, long seed) {
    return SCALE == FaultScale.SHORT
        ? new Cluster(processes, seed)
        : new Cluster(processes, seed, new BrokerQuorum(processes, BROKERS, Map.of()));
  }

  // In bursts and in step with the faults, so that workers are busy during every fault.
  private static void send(
      TrackingProducer producer,
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
      mix.subList(next, next + burst).forEach(producer::send);
      next += burst;
    }
  }

  /** Waits until the group has committed all requests and no transaction is open. */
  private static void awaitAnswers(TrackingProducer producer, EventCollector collector) {
    try {
      collector.readUntil(
          RECOVERY_TIMEOUT,
          () ->
              "%s terminal events, lag %s"
                  .formatted(collector.terminalEvents().size(), collector.lag()),
          () -> producer.isComplete(collector.terminalEvents(), collector.deadLetters()));
      collector.readUntil(
          RECOVERY_TIMEOUT,
          () -> "lag %s".formatted(collector.lag()),
          () -> collector.lag() == 0 && collector.isAtEnd());
    } catch (AssertionError e) {
      // The audit reports which answers are missing.
      System.out.println(e.getMessage());
    }
  }
}
