package dev.sanaq.watchers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sanaq.testing.process.ManagedProcess;
import dev.sanaq.testing.process.ServiceProcesses;
import dev.sanaq.testing.process.TestProcesses;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Many who watch and many who ask, at a gateway in a process of its own. In every build a few; with
 * {@code -Pwatchers} 500 open streams and 200 questions a second for half a minute.
 */
class WatchersIT {
  private static final boolean LONG = System.getProperty("watchers", "short").equals("long");
  private static final int STREAMS = LONG ? 500 : 20;
  private static final int REQUESTS_PER_SECOND = LONG ? 200 : 20;
  private static final int SECONDS = LONG ? 30 : 3;
  private static final Duration TIMEOUT = Duration.ofSeconds(90);

  private final HttpClient client = HttpClient.newHttpClient();
  private final LatencyRecorder eventDelays = new LatencyRecorder();
  private final LatencyRecorder responseTimes = new LatencyRecorder();

  @Test
  void manyStreamsAndRequests_allSeeTerminalEventAndResponse() throws Exception {
    try (TestProcesses processes = new TestProcesses("watchers")) {
      ServiceProcesses services = ServiceProcesses.start(processes, TIMEOUT);
      int http = TestProcesses.freePort();
      ManagedProcess gateway = gateway(processes, services, http);
      URI address = URI.create("http://127.0.0.1:" + http);
      awaitReady(address);
      List<String> jobs = IntStream.range(0, STREAMS).mapToObj(i -> "watched-" + i).toList();
      try (SimulatedWorkerEvents workers = new SimulatedWorkerEvents(services.bootstrapServers())) {
        jobs.forEach(workers::started);
        workers.flush();
        awaitJobVisible(address, jobs.get(STREAMS - 1));
        long before = kilobytes(gateway, "VmRSS");
        List<EventStreamWatcher> watchers =
            jobs.stream()
                .map(job -> EventStreamWatcher.open(client, address, job, eventDelays))
                .toList();
        watchers.forEach(EventStreamWatcher::awaitOpened);
        sendRequests(address, jobs, workers);
        jobs.forEach(workers::completed);
        assertThat(watchers).allMatch(EventStreamWatcher::awaitEnd);
        report(before, kilobytes(gateway, "VmHWM"));
      }
    }
  }

  /** Asks at a fixed pace, whatever the answers take, while a step a second of each job is told. */
  private void sendRequests(URI address, List<String> jobs, SimulatedWorkerEvents workers)
      throws Exception {
    int all = REQUESTS_PER_SECOND * SECONDS;
    CountDownLatch answered = new CountDownLatch(all);
    long began = System.nanoTime();
    for (int i = 0; i < all; i++) {
      long due = began + i * 1_000_000_000L / REQUESTS_PER_SECOND;
      LockSupport.parkNanos(due - System.nanoTime());
      String job = jobs.get(i % jobs.size());
      client
          .sendAsync(request(address, "/v1/jobs/" + job), BodyHandlers.discarding())
          .thenAccept(
              answer -> {
                if (answer.statusCode() == 200) {
                  responseTimes.add(System.nanoTime() - due);
                  answered.countDown();
                }
              });
      for (int of = i % REQUESTS_PER_SECOND; of < jobs.size(); of += REQUESTS_PER_SECOND) {
        workers.progress(jobs.get(of), 1 + i / REQUESTS_PER_SECOND);
      }
    }
    assertThat(answered.await(60, TimeUnit.SECONDS)).as("every question answered").isTrue();
  }

  private void report(long before, long most) throws IOException {
    String table =
        """
        | %d open streams, %d questions a second, %d s | |
        |---|---:|
        | `GET /v1/jobs/{id}`, p50 / p99 / p99.9 ms | %.1f / %.1f / %.1f |
        | an event, from the worker to the watcher, p50 / p99 ms | %.1f / %.1f |
        | events seen | %d |
        | the gateway's memory, before the streams / at most, MiB | %d / %d |
        """
            .formatted(
                STREAMS,
                REQUESTS_PER_SECOND,
                SECONDS,
                responseTimes.quantile(0.5),
                responseTimes.quantile(0.99),
                responseTimes.quantile(0.999),
                eventDelays.quantile(0.5),
                eventDelays.quantile(0.99),
                eventDelays.count(),
                before / 1024,
                most / 1024);
    System.out.println(table);
    String file = System.getProperty("watchers.report", "");
    if (!file.isEmpty()) {
      String machine =
          "%s, %d cores, load average %s. Gateway, broker, storage, watchers on this machine."
              .formatted(
                  LocalDate.now(ZoneOffset.UTC),
                  Runtime.getRuntime().availableProcessors(),
                  Files.readString(Path.of("/proc/loadavg")).split(" ")[0]);
      Files.writeString(
          Path.of(file),
          "# Watchers\n\n" + machine + "\n\n" + table,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING);
    }
  }

  private void awaitReady(URI address) throws Exception {
    await("the gateway is ready", () -> status(address, "/q/health/ready") == 200);
  }

  private void awaitJobVisible(URI address, String job) throws Exception {
    await("the gateway knows " + job, () -> status(address, "/v1/jobs/" + job) == 200);
  }

  private static void await(String what, java.util.concurrent.Callable<Boolean> condition)
      throws Exception {
    long until = System.nanoTime() + TIMEOUT.toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime() - until).as(what).isNegative();
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
    }
  }

  private int status(URI address, String path) throws InterruptedException {
    try {
      HttpResponse<Void> answer = client.send(request(address, path), BodyHandlers.discarding());
      return answer.statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private static HttpRequest request(URI address, String path) {
    return HttpRequest.newBuilder(address.resolve(path)).timeout(Duration.ofSeconds(30)).build();
  }

  private static long kilobytes(ManagedProcess process, String key) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + process.pid() + "/status")).stream()
        .filter(line -> line.startsWith(key + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  private static ManagedProcess gateway(
      TestProcesses processes, ServiceProcesses services, int http) {
    Map<String, String> config = services.config();
    config.put("sanaq.worker.enabled", "false");
    config.put("quarkus.http.port", String.valueOf(http));
    return processes.startProgram("gateway", List.of("-Xmx256m"), config, "serve");
  }
}
