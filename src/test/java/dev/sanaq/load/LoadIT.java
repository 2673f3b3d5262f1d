package dev.sanaq.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.testing.report.LinePlot;
import dev.sanaq.testing.report.MachineInfo;
import dev.sanaq.testing.report.ResultPage;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Every shape of load over Kafka and HTTP, on a worker and a gateway with a small model of random
 * weights, or on another service: {@code -Dload.bootstrap-servers}, {@code -Dload.url}.
 */
@Tag("slow") // starts a broker, S3 and a service as processes, and sends eight waves of jobs
class LoadIT {
  private static final Duration START_TIMEOUT = Duration.ofMinutes(2);

  private final LoadPlan plan = LoadPlan.fromSystemProperties();
  private final Map<String, LoadWave> waves = new LinkedHashMap<>();

  @Test
  void everyLoadShape_byKafkaAndHttp_completesAllJobs() throws Exception {
    String servers = System.getProperty("load.bootstrap-servers", "");
    String url = System.getProperty("load.url", "");
    if (!servers.isEmpty() || !url.isEmpty()) {
      run(servers, url);
    } else {
      try (TestProcesses processes = new TestProcesses("load")) {
        ServiceProcesses services = ServiceProcesses.start(processes, START_TIMEOUT);
        int http = TestProcesses.freePort();
        startService(processes, services, http).awaitReady(http, START_TIMEOUT);
        run(services.bootstrapServers(), "http://127.0.0.1:" + http);
      }
    }
    report();
    assertThat(waves).isNotEmpty();
    waves.forEach(
        (name, wave) -> assertThat(wave.count("completed")).as(name).isEqualTo(wave.jobs()));
  }

  private void run(String servers, String url) throws InterruptedException {
    String run = Long.toString(System.currentTimeMillis(), 36);
    if (!servers.isEmpty()) {
      try (KafkaLoadGenerator load = new KafkaLoadGenerator(servers)) {
        load.run(LoadShape.STEADY, "warm-" + run, plan);
        for (LoadShape shape : LoadShape.values()) {
          String name = "kafka-%s-%s".formatted(shape.label(), run);
          waves.put("Kafka, " + shape.label(), load.run(shape, name, plan));
        }
      }
    }
    if (!url.isEmpty()) {
      HttpLoadGenerator load =
          new HttpLoadGenerator(URI.create(url), System.getProperty("load.key", ""));
      for (LoadShape shape : LoadShape.values()) {
        String name = "http-%s-%s".formatted(shape.label(), run);
        waves.put("HTTP, " + shape.label(), load.run(shape, name, plan));
      }
    }
  }

  private void report() throws IOException {
    StringBuilder table =
        new StringBuilder("| load | jobs | completed | jobs per second | p50 / p95 / p99 s |\n");
    table.append("|---|---:|---:|---:|---|\n");
    waves.forEach(
        (name, wave) ->
            table.append(
                String.format(
                    Locale.ROOT,
                    "| %s | %d | %d | %.1f | %.2f / %.2f / %.2f |%n",
                    name,
                    wave.jobs(),
                    wave.count("completed"),
                    wave.jobsPerSecond(),
                    wave.latencyQuantile(0.5),
                    wave.latencyQuantile(0.95),
                    wave.latencyQuantile(0.99))));
    System.out.println(table);
    String file = System.getProperty("load.report", "");
    if (!file.isEmpty()) {
      ResultPage.write(Path.of(file + ".md"), "Load", conditions() + "\n\n" + table);
      Files.writeString(Path.of(file + ".svg"), plot(), StandardCharsets.UTF_8);
    }
  }

  private String conditions() {
    return String.format(
        Locale.ROOT,
        "%s %.1f jobs per second, %d s for each shape, %d px, %d steps. Times run from the moment"
            + " when a job was due to be sent to its end at the reader.",
        MachineInfo.summary(),
        plan.rate(),
        plan.seconds(),
        plan.side(),
        plan.steps());
  }

  private String plot() {
    LinePlot plot = new LinePlot("Jobs due and jobs ended", "s");
    waves.forEach(
        (name, wave) ->
            plot.panel(
                name,
                new ArrayList<>(
                    List.of(
                        new LinePlot.Line("due", wave.dueCounts()),
                        new LinePlot.Line("ended", wave.endedCounts())))));
    return plot.svg();
  }

  private static ManagedProcess startService(
      TestProcesses processes, ServiceProcesses services, int http) {
    Path model = processes.folder().resolve("model");
    RandomCheckpoint.write(model, 1);
    Map<String, String> config = services.config();
    config.put("sanaq.model.path", model.toString());
    config.put("sanaq.model.device", "cpu");
    config.put("quarkus.http.port", String.valueOf(http));
    return processes.startProgram("service", List.of("-Xmx512m"), config, "serve");
  }
}
