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
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A worker that is there for a while: its model from the storage, some jobs, and its own end. */
class OneShotIT {
  private static final int JOBS = 3;
  private static final String MODEL_URI = "s3://sanaq/models/tiny";
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  @Test
  void oneShotWorker_downloadsModel_drainsQueue_exits() {
    try (TestProcesses processes = new TestProcesses("one-shot");
        Cluster cluster = new Cluster(processes, FaultScale.seed());
        TrackingProducer ledger = new TrackingProducer(cluster.bootstrapServers());
        EventCollector reader = new EventCollector(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      push(processes, config, TinyCheckpoint.write(processes.folder().resolve("model")));
      IntStream.range(0, JOBS).forEach(i -> ledger.send(TestRequests.good("job-" + i)));
      config.put("sanaq.model.source", MODEL_URI);
      config.put("sanaq.worker.idle-timeout", "PT2S");
      Path fetched = processes.folder().resolve("fetched");
      ManagedProcess worker =
          WorkerPool.startWorker(processes, config, fetched, TestProcesses.freePort());
      int code = worker.exitCode(TIMEOUT);
      reader.readUntil(TIMEOUT, () -> "nothing is left open", reader::isAtEnd);
      assertThat(code).as(worker.output()).isZero();
      assertThat(reader.terminalEvents()).as(worker.output()).hasSize(JOBS);
      assertThat(DeliveryAudit.of(ledger, reader, cluster.storage(), Set.of()).findings())
          .isEmpty();
      assertThat(Files.exists(fetched.resolve("model_index.json"))).isTrue();
    }
  }

  private static void push(TestProcesses processes, Map<String, String> config, Path model) {
    ManagedProcess push =
        processes.startProgram(
            "push",
            List.of("-Xmx128m"),
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
