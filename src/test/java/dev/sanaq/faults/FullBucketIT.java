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
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.faults.storage.S3Fault;
import dev.sanaq.testing.process.HttpProbe;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A bucket that takes no more uploads: an outage until there is room again, and nothing more. */
@Tag("slow") // starts a broker, S3 and a worker as processes, and waits for an outage
class FullBucketIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int JOBS = 6;

  /** As MinIO, Amazon S3 and Ceph answer, in this order. */
  private static final List<S3Fault> FULL =
      List.of(
          new S3Fault.Full(507, "XMinioStorageFull"),
          new S3Fault.Full(503, "SlowDown"),
          new S3Fault.Full(403, "QuotaExceeded"));

  @Test
  void fullBucket_jobsWaitAndReadinessSaysWhy_thenAllComplete() {
    try (TestProcesses processes = new TestProcesses("full-bucket");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      config.put("sanaq.storage.retry-timeout", "PT2S");
      int port = TestProcesses.freePort();
      ManagedProcess worker =
          WorkerPool.startWorker(
              processes, config, TinyCheckpoint.write(processes.folder().resolve("model")), port);
      WorkerPool.awaitReady(worker, port);
      int faults = FaultScale.fromSystemProperty().of(1, FULL.size());
      for (int i = 0; i < faults; i++) {
        send(producer, i + "-before-");
        collector.awaitAnswers(producer, TIMEOUT, worker::name);
        cluster.faultyS3().setFault(FULL.get(i));
        String whileFull = i + "-full-";
        send(producer, whileFull);
        worker.await("reports the outage", TIMEOUT, () -> reportsOutage(port));
        collector.readUntil(TIMEOUT, () -> "a transaction is open", collector::isAtEnd);
        assertThat(collector.terminalEvents())
            .as("events while the bucket is full")
            .noneMatch(end -> end.job().startsWith(whileFull));
        assertThat(collector.lag()).as("lag while the bucket is full").isEqualTo(JOBS);
        cluster.faultyS3().setFault(new S3Fault.Pass());
        collector.awaitAnswers(producer, TIMEOUT, worker::name);
        WorkerPool.awaitReady(worker, port);
      }
      DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
      FaultReport report = new FaultReport("A full bucket");
      report.line("times full", faults);
      report.line("uploads refused", cluster.faultyS3().hitCount());
      producer.reportTo(report);
      audit.reportTo(report);
      report.print();
      assertThat(audit.findings()).isEmpty();
    }
  }

  private static boolean reportsOutage(int port) {
    String readiness = HttpProbe.readiness(port);
    return readiness.contains("\"DOWN\"") && readiness.contains("S3");
  }

  private static void send(TrackingProducer producer, String prefix) {
    IntStream.range(0, JOBS).forEach(i -> producer.send(TestRequests.valid(prefix + i)));
  }
}
