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
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A role that may read and write objects, but may not list the bucket. */
@Tag("slow") // starts a broker, S3 and a worker as processes
class StorageRightsIT {
  private static final Duration TIMEOUT = Duration.ofMinutes(2);
  private static final int JOBS = FaultScale.fromSystemProperty().of(12, 200);

  @Test
  void roleWithoutListBucket_takesNoJobAndSaysWhatIsMissing_thenAllComplete() {
    try (TestProcesses processes = new TestProcesses("storage-rights");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      cluster.faultyS3().setFault(new S3Fault.NoListing());
      IntStream.range(0, JOBS).forEach(i -> producer.send(TestRequests.valid("job-" + i)));
      Map<String, String> config = WorkerSettings.of(cluster);
      int port = TestProcesses.freePort();
      ManagedProcess worker =
          WorkerPool.startWorker(
              processes, config, TinyCheckpoint.write(processes.folder().resolve("model")), port);
      worker.await(
          "names the missing right",
          TIMEOUT,
          () -> {
            assertThat(HttpProbe.isReady(port)).as("ready without s3:ListBucket").isFalse();
            return HttpProbe.readiness(port).contains("s3:ListBucket");
          });
      collector.readUntil(TIMEOUT, () -> "a transaction is open", collector::isAtEnd);
      assertThat(collector.startCounts()).as("jobs started without the right").isEmpty();
      assertThat(collector.lag()).isEqualTo(JOBS);

      cluster.faultyS3().setFault(new S3Fault.Pass());
      collector.awaitAnswers(producer, TIMEOUT, worker::name);
      WorkerPool.awaitReady(worker, port);
      DeliveryAudit audit = DeliveryAudit.of(producer, collector, cluster.storage(), Set.of());
      FaultReport report = new FaultReport("A role without s3:ListBucket");
      producer.reportTo(report);
      audit.reportTo(report);
      report.print();
      assertThat(audit.findings()).isEmpty();
      assertThat(collector.startCounts().values()).as("starts of a job").containsOnly(1);
    }
  }
}
