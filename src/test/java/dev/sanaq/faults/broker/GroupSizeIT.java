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
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A consumer group at its maximum size: a worker too many takes over when there is room. */
@Tag("slow") // starts a broker, S3 and two workers as processes
class GroupSizeIT {
  private static final int JOBS = FaultScale.fromSystemProperty().of(10, 200);
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  /** In the messages of Kafka's client and of the broker. */
  private static final Pattern REFUSED =
      Pattern.compile("GROUP_MAX_SIZE_REACHED|max(imum)? (size|capacity)");

  @Test
  void workerBeyondMaximumGroupSize_takesOver_whenTheFirstDies() {
    try (TestProcesses processes = new TestProcesses("group-size")) {
      BrokerQuorum broker =
          new BrokerQuorum(
              processes, 1, Map.of("group.consumer.max.size", "1", "group.max.size", "1"));
      try (Cluster cluster = new Cluster(processes, FaultScale.seed(), broker);
          TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
          EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
        ManagedProcess first =
            WorkerPool.startFaultyWorker(processes, config(cluster, "first-worker"));
        send(producer, "first-");
        collector.awaitAnswers(producer, TIMEOUT, first::name);
        ManagedProcess second =
            WorkerPool.startFaultyWorker(processes, config(cluster, "second-worker"));
        second.await("is refused", TIMEOUT, () -> REFUSED.matcher(second.output()).find());
        send(producer, "both-");
        collector.awaitAnswers(producer, TIMEOUT, second::name);
        first.kill();
        send(producer, "second-");
        collector.awaitAnswers(producer, TIMEOUT, second::name);
        DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
        FaultReport report = new FaultReport("A group at its maximum size");
        producer.reportTo(report);
        audit.reportTo(report);
        report.print();
        assertThat(audit.findings()).isEmpty();
        assertThat(collector.terminalEvents())
            .filteredOn(end -> end.job().startsWith("second-"))
            .allMatch(end -> end.worker().equals("second-worker"));
      }
    }
  }

  private static Map<String, String> config(Cluster cluster, String id) {
    Map<String, String> config = new TreeMap<>(WorkerSettings.of(cluster));
    config.put("sanaq.worker.id", id);
    return config;
  }

  private static void send(TrackingProducer producer, String prefix) {
    IntStream.range(0, JOBS).forEach(i -> producer.send(TestRequests.valid(prefix + i)));
  }
}
