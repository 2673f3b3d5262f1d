package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.faults.audit.DeliveryAudit;
import dev.sanaq.faults.audit.EventCollector;
import dev.sanaq.faults.audit.FaultScale;
import dev.sanaq.faults.audit.TrackingProducer;
import dev.sanaq.faults.process.Cluster;
import dev.sanaq.faults.process.TinyCheckpoint;
import dev.sanaq.faults.process.WorkerPool;
import dev.sanaq.faults.process.WorkerSettings;
import dev.sanaq.faults.request.TestRequests;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.TestProcesses;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A worker that downloads its model from S3, runs the queued jobs, and exits when idle. */
@Tag("slow") // starts a broker, S3, an upload and a worker as processes
class OneShotIT {
  private static final int JOBS = 3;
  private static final String MODEL_URI = "s3://sanaq/models/tiny";
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void oneShotWorker_downloadsModel_drainsQueue_exits() {
    try (TestProcesses processes = new TestProcesses("one-shot");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer producer = new TrackingProducer(cluster.bootstrapServers());
        EventCollector collector = new EventCollector(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      push(processes, config, TinyCheckpoint.write(processes.folder().resolve("model")));
      IntStream.range(0, JOBS).forEach(i -> producer.send(TestRequests.valid("job-" + i)));
      config.put("sanaq.model.source", MODEL_URI);
      config.put("sanaq.worker.idle-timeout", "PT2S");
      Path downloaded = processes.folder().resolve("downloaded");
      ManagedProcess worker =
          WorkerPool.startWorker(processes, config, downloaded, TestProcesses.freePort());
      int exitCode = worker.exitCode(TIMEOUT);
      collector.readUntil(TIMEOUT, () -> "a transaction is open", collector::isAtEnd);
      assertThat(exitCode).as(worker.output()).isZero();
      assertThat(collector.terminalEvents()).as(worker.output()).hasSize(JOBS);
      assertThat(DeliveryAudit.of(producer, collector, cluster.storage(), Set.of()).findings())
          .isEmpty();
      assertThat(Files.exists(downloaded.resolve("model_index.json"))).isTrue();
    }
  }

  private static void push(TestProcesses processes, Map<String, String> config, Path model) {
    ManagedProcess push =
        processes.startProgram(
            "push",
            TestProcesses.SHORT_LIVED,
            config,
            "model",
            "push",
            "--model",
            model.toString(),
            "--to",
            MODEL_URI);
    assertThat(push.exitCode(TIMEOUT)).as(push.output()).isZero();
    assertThat(push.output()).contains(MODEL_URI);
  }
}
