package dev.sanaq.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.checkpoint.RandomCheckpoint;
import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import dev.sanaq.testing.report.LinePlot;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Every shape of load by Kafka and by HTTP on a worker and a gateway with a small model of random
 * weights, or on a service elsewhere: {@code -Dload.bootstrap-servers}, {@code -Dload.url}.
 */
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
        ManagedProcess service = service(processes, services, http);
        awaitReady(service, http);
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
        new StringBuilder("| load | jobs | completed | jobs a second | p50 / p95 / p99 s |\n");
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
                    wave.timeQuantile(0.5),
                    wave.timeQuantile(0.95),
                    wave.timeQuantile(0.99))));
    System.out.println(table);
    String file = System.getProperty("load.report", "");
    if (!file.isEmpty()) {
      Files.writeString(Path.of(file + ".md"), reportHeader() + table, StandardCharsets.UTF_8);
      Files.writeString(Path.of(file + ".svg"), plot(), StandardCharsets.UTF_8);
    }
  }

  private String reportHeader() throws IOException {
    return """
        # Load

        %s, %d cores, load average %s at the end. Broker, storage, worker, gateway and load share this machine. A small model of random weights: the times are the service's and a toy's, not Sana's. %.1f jobs a second, %d s a shape, %d px, %d steps. Times are from when a job was due to be sent to its end at the reader. See [load-tests/load](../load/README.md).

        """
        .formatted(
            LocalDate.now(ZoneOffset.UTC),
            Runtime.getRuntime().availableProcessors(),
            Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0],
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

  private static ManagedProcess service(
      TestProcesses processes, ServiceProcesses services, int http) {
    Path model = processes.folder().resolve("model");
    RandomCheckpoint.write(model, 1);
    Map<String, String> config = services.config();
    config.put("sanaq.model.path", model.toString());
    config.put("sanaq.model.device", "cpu");
    config.put("quarkus.http.port", String.valueOf(http));
    return processes.startProgram("service", List.of("-Xmx512m"), config, "serve");
  }

  private static void awaitReady(ManagedProcess service, int http) throws Exception {
    long until = System.nanoTime() + START_TIMEOUT.toNanos();
    while (status(http) != 200) {
      assertThat(service.isAlive()).as(service.output()).isTrue();
      assertThat(System.nanoTime() - until).as("the service is ready").isNegative();
      Thread.sleep(100);
    }
  }

  private static int status(int http) throws IOException {
    URI health = URI.create("http://127.0.0.1:%d/q/health/ready".formatted(http));
    HttpURLConnection connection = (HttpURLConnection) health.toURL().openConnection();
    try {
      return connection.getResponseCode();
    } catch (java.net.ConnectException e) {
      return 0;
    } finally {
      connection.disconnect();
    }
  }
}
