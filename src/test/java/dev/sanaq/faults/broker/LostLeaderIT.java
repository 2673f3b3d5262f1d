package dev.sanaq.faults.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultReport;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.BrokerQuorum;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Three brokers, of which one that leads is killed and restarted while jobs run: in turn the one of
 * the transactions, of the group, of the events and of the requests.
 */
@Tag("slow") // starts three brokers, S3 and workers as processes
class LostLeaderIT {
  private static final FaultScale SCALE = FaultScale.fromSystemProperty();
  private static final int ROUNDS = SCALE.of(2, 12);
  private static final int BURST = SCALE.of(20, 200);
  private static final Duration TIMEOUT = Duration.ofMinutes(3);
  private static final List<String> TOPICS =
      List.of("__transaction_state", "__consumer_offsets", "sanaq.events", "sanaq.requests");

  private int sent;

  @Test
  void killedLeader_othersTakeOver_nothingIsLostOrDoubled() {
    try (TestProcesses processes = new TestProcesses("lost-leader")) {
      BrokerQuorum brokers = new BrokerQuorum(processes, 3, Map.of());
      try (Cluster cluster = new Cluster(processes, FaultScale.seed(), brokers);
          TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
          EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
        Map<String, String> config = WorkerSettings.of(cluster);
        int workers = SCALE.of(1, 2);
        try (WorkerPool pool =
            new WorkerPool(workers, port -> WorkerPool.startFaultyWorker(processes, config))) {
          sendBurst(producer);
          awaitStarted(collector);
          for (int round = 0; round < ROUNDS; round++) {
            brokers.awaitInSync();
            sendBurst(producer);
            brokers.killLeader(TOPICS.get(round % TOPICS.size()), 0);
            sendBurst(producer);
            collector.awaitAnswers(producer, TIMEOUT, processes.folder()::toString);
            brokers.start();
            sendBurst(producer);
            brokers.awaitReady();
          }
          collector.awaitAnswers(producer, TIMEOUT, processes.folder()::toString);
          DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
          FaultReport report = new FaultReport("Three brokers, of which a leader is lost");
          report.line("leaders killed and restarted", ROUNDS);
          producer.reportTo(report);
          audit.reportTo(report);
          report.print();
          assertThat(audit.findings()).isEmpty();
          assertThat(pool.exited()).as("workers that exited").isEmpty();
        }
      }
    }
  }

  // Some jobs take seconds, so that a leader is lost while jobs run and while results wait.
  private void sendBurst(TrackingProducer producer) {
    for (int i = 0; i < BURST; i++) {
      String prompt = sent % 25 == 0 ? "slow" : "an image";
      producer.send(TestRequests.request("job-" + sent++, prompt, Set.of("completed")));
    }
  }

  private static void awaitStarted(EventCollector collector) {
    collector.readUntil(
        TIMEOUT, () -> "no job has started", () -> !collector.startCounts().isEmpty());
  }
}
