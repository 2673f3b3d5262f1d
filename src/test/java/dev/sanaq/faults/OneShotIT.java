package dev.sanaq.faults;

import static org.assertj.core.api.Assertions.assertThat;

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
  private static final String ADDRESS = "s3://sanaq/models/tiny";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void aWorkerFetchesItsModelDrawsWhatWaitsAndEnds() {
    try (Processes processes = new Processes("one-shot");
        Cluster cluster = new Cluster(processes, Scale.seed());
        Ledger ledger = new Ledger(cluster.bootstrapServers());
        Reader reader = new Reader(cluster.bootstrapServers())) {
      Map<String, String> config = WorkerSettings.of(cluster);
      push(processes, config, TinyCheckpoint.write(processes.folder().resolve("model")));
      IntStream.range(0, JOBS).forEach(i -> ledger.send(Prompts.good("job-" + i)));
      config.put("sanaq.model.source", ADDRESS);
      config.put("sanaq.worker.stop-after-idle", "PT2S");
      Path fetched = processes.folder().resolve("fetched");
      Managed worker = Workers.serve(processes, config, fetched, Processes.freePort());
      int code = worker.exitCode(PATIENCE);
      reader.readUntil(PATIENCE, () -> "nothing is left open", reader::atEnd);
      assertThat(code).as(worker.output()).isZero();
      assertThat(reader.endings()).as(worker.output()).hasSize(JOBS);
      assertThat(Audit.of(ledger, reader, cluster.storage(), Set.of()).findings()).isEmpty();
      assertThat(Files.exists(fetched.resolve("model_index.json"))).isTrue();
    }
  }

  private static void push(Processes processes, Map<String, String> config, Path model) {
    Managed push =
        processes.program(
            "push",
            List.of("-Xmx128m"),
            config,
            "model",
            "push",
            "--model",
            model.toString(),
            "--to",
            ADDRESS);
    assertThat(push.exitCode(PATIENCE)).as(push.output()).isZero();
    assertThat(push.output()).contains(ADDRESS);
  }
}
